package io.dmyt.cli.output;

import io.dmyt.Detector;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Sample;
import io.dmyt.evaluation.explain.GradCam;
import io.dmyt.evaluation.report.DetectorFacts;
import io.dmyt.evaluation.report.VideoPage;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Text;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.Shot;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.Verdict;
import io.dmyt.screening.VideoDetector;
import io.dmyt.screening.VideoResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gathers what the page about videos shows. */
public final class VideoReport implements AutoCloseable {
  private final Path file;
  private final Path weights;
  private final Detector detector;
  private final GradCam gradCam;
  private final ImageDecoder decoder;
  private final List<VideoPage.Video> videos = new ArrayList<>();

  /**
   * @param file where the page goes
   * @param weights the detector's file
   */
  public VideoReport(Path file, Path weights, Detector detector) {
    this.file = file;
    this.weights = weights;
    this.detector = detector;
    gradCam = GradCam.of(detector);
    decoder = new ImageDecoder(detector.spec().preprocessing());
  }

  /** Adds a video. */
  public void add(VideoResult result, String finder) {
    videos.add(
        new VideoPage.Video(
            result.video(),
            VideoWords.verdict(result, detector.calibration().operatingPoint().threshold()),
            result.faces().stream().map(this::face).toList(),
            facts(result, finder)));
  }

  private VideoPage.Face face(FaceTrack face) {
    List<Sighting> scored =
        face.sightings().stream().filter(s -> !Double.isNaN(s.fakeProbability())).toList();
    return new VideoPage.Face(
        "face " + face.number(),
        VideoWords.verdict(face),
        face.score(),
        scored.stream().mapToDouble(s -> seconds(s.time())).toArray(),
        scored.stream().mapToDouble(Sighting::fakeProbability).toArray(),
        face.shots().stream().map(s -> new VideoPage.Picture(s.crop(), caption(s))).toList(),
        face.verdict() == Verdict.NONE
            ? List.of()
            : face.strongest().stream().map(this::explained).toList());
  }

  private VideoPage.Picture explained(Shot shot) {
    String caption = caption(shot);
    INDArray image = decoder.decode(Sample.of(caption, shot.crop()));
    try {
      return new VideoPage.Picture(gradCam.fake(image).get(0).over(shot.crop()), caption);
    } finally {
      image.close();
    }
  }

  private static String caption(Shot shot) {
    return Text.format("%.1f s: %.2f", seconds(shot.time()), shot.fakeProbability());
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  private Map<String, String> facts(VideoResult result, String finder) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Video", VideoWords.info(result.info()));
    result.info().highDynamicRange().ifPresent(k -> facts.put("Colours", VideoWords.mapped(k)));
    facts.put("Frames", VideoWords.frames(result));
    facts.put("Faces", Text.format("%d, found by %s", result.faces().size(), finder));
    facts.put("Cut out", VideoDetector.crop(detector).toString());
    facts.put("Skipped", VideoWords.skipped(result));
    return facts;
  }

  /** Writes the page. */
  public void write() throws IOException {
    String title =
        videos.size() == 1
            ? "Screening of " + Path.of(videos.get(0).name()).getFileName()
            : Text.format("Screening of %d videos", videos.size());
    AtomicFile.write(
        file,
        VideoPage.html(
            title,
            videos,
            detector.calibration().operatingPoint().threshold(),
            DetectorFacts.of(detector, weights)));
  }

  @Override
  public void close() {
    decoder.close();
  }
}
