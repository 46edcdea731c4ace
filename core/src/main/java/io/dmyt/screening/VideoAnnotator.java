package io.dmyt.screening;

import io.dmyt.data.RgbImage;
import io.dmyt.face.Box;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Lettering;
import io.dmyt.internal.Text;
import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoFormat;
import io.dmyt.video.VideoFrame;
import io.dmyt.video.VideoReader;
import io.dmyt.video.VideoWriter;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes a video again with a box around each face, its number, its verdict and P(fake) of the
 * frame that was scored last. Between two frames that were looked at, boxes move evenly. Sound is
 * taken over as it is coded, if the file's kind has room for that.
 */
public final class VideoAnnotator {
  private static final Color REAL = new Color(0x2c, 0x8f, 0xd6);
  private static final Color FAKE = new Color(0xe0, 0x4a, 0x2f);
  private static final Color NONE = new Color(0x90, 0x90, 0x90);

  /** How far before and after it was seen a face still has its box. */
  private static final Duration LINGER = Duration.ofMillis(500);

  private VideoAnnotator() {}

  /**
   * Writes the video.
   *
   * @return what became of the sound
   * @param out ends in {@code .mp4}, {@code .mov}, {@code .mkv} or {@code .webm}; replaced whole
   * @throws IllegalArgumentException for another ending
   * @throws IOException if the video can't be read again, or the file not be written
   */
  public static VideoWriter.Sound write(VideoResult result, Path out) throws IOException {
    VideoFormat format = VideoFormat.of(out);
    AtomicReference<VideoWriter.@Nullable Sound> sound = new AtomicReference<>();
    AtomicFile.writeAt(out, part -> sound.set(copy(result, part, format)));
    return Objects.requireNonNull(sound.get(), "was written");
  }

  private static VideoWriter.Sound copy(VideoResult result, Path draft, VideoFormat format)
      throws IOException {
    Path source = Path.of(result.video());
    try (VideoReader reader = VideoReader.open(source, FrameSelection.all())) {
      Optional<VideoFrame> frame = reader.next();
      if (frame.isEmpty()) {
        throw new IOException(result.video() + ": none of its frames can be decoded");
      }
      RgbImage first = frame.get().image();
      try (VideoWriter writer =
          new VideoWriter(draft, first.width(), first.height(), format, source)) {
        while (frame.isPresent()) {
          writer.write(annotated(frame.get(), result.faces()), frame.get().time());
          frame = reader.next();
        }
        writer.finish();
        return writer.sound();
      }
    }
  }

  private static RgbImage annotated(VideoFrame frame, List<FaceTrack> faces) {
    BufferedImage picture = frame.image().toBufferedImage();
    Graphics2D g = picture.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    float line = Math.max(2, Math.max(picture.getWidth(), picture.getHeight()) / 400f);
    g.setStroke(new BasicStroke(line));
    Lettering letters = Lettering.of(Math.round(7 * line));
    for (FaceTrack face : faces) {
      box(face.sightings(), frame.time())
          .ifPresent(b -> draw(g, b, face, frame.time(), line, letters));
    }
    g.dispose();
    return RgbImage.of(picture);
  }

  private static void draw(
      Graphics2D g, Box box, FaceTrack face, Duration time, float line, Lettering letters) {
    Color color =
        switch (face.verdict()) {
          case REAL -> REAL;
          case FAKE -> FAKE;
          case NONE -> NONE;
        };
    int x = (int) box.x();
    int y = (int) box.y();
    g.setColor(color);
    g.drawRect(x, y, (int) box.width(), (int) box.height());
    String text =
        face.verdict() == Verdict.NONE
            ? Text.format("face %d: no verdict", face.number())
            : Text.format(
                "face %d: %s%s",
                face.number(), face.verdict().label(), last(face.sightings(), time));
    int width = letters.width(text) + Math.round(4 * line);
    int height = letters.height();
    int top = y - height - Math.round(line) >= 0 ? y - height : y + (int) box.height();
    g.fillRect(x - Math.round(line / 2), top, width, height);
    g.setColor(Color.WHITE);
    letters.draw(g, text, x + Math.round(line), top);
  }

  /** P(fake) of the last frame that was scored, as text. */
  private static String last(List<Sighting> sightings, Duration time) {
    double last = Double.NaN;
    for (Sighting s : sightings) {
      if (!Double.isNaN(s.fakeProbability())
          && (Double.isNaN(last) || s.time().compareTo(time) <= 0)) {
        last = s.fakeProbability();
      }
    }
    return Double.isNaN(last) ? "" : Text.format(" %.2f", last);
  }

  /** Where a face is at a time; nothing where it isn't, or whole frames were scored. */
  static Optional<Box> box(List<Sighting> sightings, Duration time) {
    Sighting before = null;
    Sighting after = null;
    for (Sighting s : sightings) {
      if (s.time().compareTo(time) <= 0) {
        before = s;
      } else if (after == null) {
        after = s;
      }
    }
    if (before != null && after != null) {
      double share =
          (double) time.minus(before.time()).toNanos()
              / after.time().minus(before.time()).toNanos();
      return between(before, after, share);
    }
    Sighting nearest = before != null ? before : after;
    return nearest == null || nearest.time().minus(time).abs().compareTo(LINGER) > 0
        ? Optional.empty()
        : nearest.face().map(f -> f.box());
  }

  private static Optional<Box> between(Sighting a, Sighting b, double share) {
    return a.face()
        .flatMap(
            f ->
                b.face()
                    .map(
                        g ->
                            new Box(
                                mix(f.box().x(), g.box().x(), share),
                                mix(f.box().y(), g.box().y(), share),
                                mix(f.box().width(), g.box().width(), share),
                                mix(f.box().height(), g.box().height(), share))));
  }

  private static double mix(double a, double b, double share) {
    return a + share * (b - a);
  }
}
