package io.dmyt.screening;

import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Preprocessing;
import io.dmyt.internal.Lettering;
import io.dmyt.internal.Pictures;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A picture with a few faces of each class. */
final class ContactSheet {
  private static final int COLUMNS = 8;
  private static final int ROWS = 2;
  private static final int SIDE = 128;
  private static final int GAP = 4;
  private static final int TITLE = 24;
  private static final int BLOCK = TITLE + ROWS * (SIDE + GAP);

  private ContactSheet() {}

  /**
   * Writes it, unless there is nothing to show.
   *
   * @param faces of each class, as paths below the root
   */
  static void write(Map<String, List<String>> faces, Path root, Path file) throws IOException {
    if (faces.isEmpty()) {
      return;
    }
    BufferedImage sheet =
        new BufferedImage(
            COLUMNS * (SIDE + GAP) + GAP, faces.size() * BLOCK + GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = sheet.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(SIDE))) {
      draw(g, decoder, faces, root);
    }
    g.dispose();
    Pictures.writePng(sheet, file);
  }

  private static void draw(
      Graphics2D g, ImageDecoder decoder, Map<String, List<String>> faces, Path root) {
    Lettering title = Lettering.of(TITLE * 2 / 3);
    int top = 0;
    for (Map.Entry<String, List<String>> each : faces.entrySet()) {
      g.setColor(Color.BLACK);
      title.draw(g, each.getKey(), GAP, top + (TITLE - title.height()) / 2);
      List<String> all = each.getValue();
      int shown = Math.min(all.size(), COLUMNS * ROWS);
      for (int i = 0; i < shown; i++) {
        Path picture = root.resolve(all.get((int) ((long) i * all.size() / shown)));
        g.drawImage(
            decoder.rgb(picture).resize(SIDE, SIDE).toBufferedImage(),
            GAP + i % COLUMNS * (SIDE + GAP),
            top + TITLE + i / COLUMNS * (SIDE + GAP),
            null);
      }
      top += BLOCK;
    }
  }
}
