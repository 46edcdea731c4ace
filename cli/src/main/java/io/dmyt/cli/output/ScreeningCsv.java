package io.dmyt.cli.output;

import io.dmyt.Prediction;
import io.dmyt.VideoVerdict;
import io.dmyt.data.BadImageException;
import io.dmyt.internal.CsvFile;
import io.dmyt.metric.Estimate;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.Verdict;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A row per face of a video, then one for the video, whose face is {@code all}; of a file that is
 * no video only the error. Of images nothing.
 */
public final class ScreeningCsv implements PredictionOutput {
  private final CsvFile file;

  public ScreeningCsv(Path file) throws IOException {
    this.file = new CsvFile(file);
    this.file.row(
        "video", "face", "from", "to", "seen", "scored", "p_fake", "low", "high", "verdict",
        "reason", "error");
  }

  @Override
  public void screened(VideoResult result) throws IOException {
    for (FaceTrack face : result.faces()) {
      List<Sighting> seen = face.sightings();
      row(
          result.video(),
          face.number(),
          seconds(seen.get(0)),
          seconds(seen.get(seen.size() - 1)),
          seen.size(),
          face.scored(),
          face.score(),
          face.verdict(),
          face.reason().orElse(""));
    }
    row(
        result.video(),
        "all",
        0,
        result.info().duration().toNanos() / 1e9,
        result.read(),
        result.deciding().map(FaceTrack::scored).orElse(0),
        result.score(),
        result.verdict(),
        result.reason().orElse(""));
  }

  @Override
  public void image(Prediction prediction) {
    // A table has one kind of rows.
  }

  @Override
  public void bad(BadImageException file) {
    // As above.
  }

  @Override
  public void video(VideoVerdict video) {
    // As above.
  }

  private static double seconds(Sighting sighting) {
    return sighting.time().toNanos() / 1e9;
  }

  private void row(
      String video,
      Object face,
      double from,
      double to,
      int seen,
      int scored,
      Estimate score,
      Verdict verdict,
      String reason)
      throws IOException {
    file.row(
        video,
        face,
        from,
        to,
        seen,
        scored,
        cell(score.value()),
        cell(score.low()),
        cell(score.high()),
        verdict.label(),
        reason,
        "");
  }

  private static Object cell(double value) {
    return Double.isNaN(value) ? "" : value;
  }

  @Override
  public void badVideo(VideoException bad) throws IOException {
    file.row(bad.file(), "", "", "", "", "", "", "", "", "", "", bad.reason());
  }

  @Override
  public void finish() throws IOException {
    file.commit();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
