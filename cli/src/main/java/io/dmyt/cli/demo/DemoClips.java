package io.dmyt.cli.demo;

import io.dmyt.data.RgbImage;
import io.dmyt.face.FaceDetector;
import io.dmyt.video.VideoFormat;
import io.dmyt.video.VideoWriter;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Makes short videos of the demo's portraits, who sway a little, each frame with its own grain. */
public final class DemoClips {
  private static final int FRAMES = 48;
  private static final int RATE = 24;
  private static final int WIDTH = 320;
  private static final int HEIGHT = 180;
  private static final double SWAY = 24;

  /** At fewer bits a second the encoder would smooth the grain away, and with it what is real. */
  private static final int BIT_RATE = 6_000_000;

  /** How many portraits are tried: a face detector doesn't take every drawing for a face. */
  private static final int TRIES = 60;

  private final DemoPictures pictures;
  private final FaceDetector faces;

  /**
   * @param faces sees the portraits that are shown
   */
  public DemoClips(long seed, FaceDetector faces) {
    pictures = new DemoPictures(seed);
    this.faces = faces;
  }

  /**
   * Writes a clip.
   *
   * @param swapped whether the face is another one's
   * @throws IllegalStateException if the face detector sees none of the portraits
   */
  public void write(Path file, boolean swapped) throws IOException {
    DemoPictures.Portrait portrait = seen(swapped);
    VideoFormat format = VideoFormat.of(file).withOption("b", "" + BIT_RATE);
    try (VideoWriter writer = new VideoWriter(file, WIDTH, HEIGHT, format)) {
      for (int i = 0; i < FRAMES; i++) {
        Duration time = Duration.ofNanos(Math.round(1e9 * i / RATE));
        writer.write(frame(portrait, i), time);
      }
      writer.finish();
    }
  }

  private DemoPictures.Portrait seen(boolean swapped) {
    for (int i = 0; i < TRIES; i++) {
      DemoPictures.Portrait portrait = pictures.next(swapped);
      boolean everywhere = true;
      for (int frame = 0; frame < FRAMES && everywhere; frame += FRAMES / 4) {
        everywhere = faces.detect(frame(portrait, frame)).size() == 1;
      }
      if (everywhere) {
        return portrait;
      }
    }
    throw new IllegalStateException(
        faces.name() + " sees no face in the demo's portraits: pass --face-model FILE");
  }

  private static RgbImage frame(DemoPictures.Portrait portrait, int index) {
    BufferedImage picture = portrait.draw();
    BufferedImage frame = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    double sway = SWAY * Math.sin(2 * Math.PI * index / FRAMES);
    int left = (int) Math.round((WIDTH - picture.getWidth()) / 2.0 + sway);
    int top = HEIGHT - picture.getHeight();
    Graphics2D g = frame.createGraphics();
    // The portrait's own edges, drawn out to the frame's.
    g.drawImage(picture, 0, top, left, HEIGHT, 0, 0, 1, picture.getHeight(), null);
    g.drawImage(
        picture,
        left + picture.getWidth(),
        top,
        WIDTH,
        HEIGHT,
        picture.getWidth() - 1,
        0,
        picture.getWidth(),
        picture.getHeight(),
        null);
    g.drawImage(picture, left, top, null);
    g.drawImage(frame, 0, 0, WIDTH, top, 0, top, WIDTH, top + 1, null);
    g.dispose();
    return RgbImage.of(frame);
  }
}
