package io.dmyt.screening;

import io.dmyt.internal.AtomicFile;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** A picture with a few faces of each class. */
final class ContactSheet {
  private static final int COLUMNS = 8;
  private static final int ROWS = 2;
  private static final int SIDE = 128;
  private static final int GAP = 4;
  private static final int TITLE = 24;

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
    int block = TITLE + ROWS * (SIDE + GAP);
    BufferedImage sheet =
        new BufferedImage(
            COLUMNS * (SIDE + GAP) + GAP, faces.size() * block + GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = sheet.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, TITLE * 2 / 3));
    int top = 0;
    for (Map.Entry<String, List<String>> each : faces.entrySet()) {
      g.setColor(Color.BLACK);
      g.drawString(each.getKey(), GAP, top + TITLE * 3 / 4);
      List<String> all = each.getValue();
      int shown = Math.min(all.size(), COLUMNS * ROWS);
      for (int i = 0; i < shown; i++) {
        Path picture = root.resolve(all.get((int) ((long) i * all.size() / shown)));
        g.drawImage(
            ImageIO.read(picture.toFile()),
            GAP + i % COLUMNS * (SIDE + GAP),
            top + TITLE + i / COLUMNS * (SIDE + GAP),
            SIDE,
            SIDE,
            null);
      }
      top += block;
    }
    g.dispose();
    AtomicFile.write(file, out -> ImageIO.write(sheet, "png", out));
  }
}
