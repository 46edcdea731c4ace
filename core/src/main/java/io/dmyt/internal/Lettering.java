package io.dmyt.internal;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;

/** Text of one size in pictures, on machines without fonts too. */
public abstract class Lettering {
  private static final boolean FONTS = hasFonts();

  // Only the two classes below.
  Lettering() {}

  /**
   * Bold letters of Java's own font where this machine has fonts, else OpenCV's strokes, which know
   * no letters beyond ASCII.
   *
   * @param size of the font in pixels
   */
  public static Lettering of(int size) {
    return FONTS ? new FontLettering(size) : new StrokeLettering(size);
  }

  private static boolean hasFonts() {
    try {
      FontRenderContext context = new FontRenderContext(null, true, true);
      return new Font(Font.SANS_SERIF, Font.BOLD, 12).getLineMetrics("a", context).getHeight() > 0;
    } catch (LinkageError | InternalError | RuntimeException e) {
      // Java says so in several ways: there is no fontconfig, no freetype, or no font.
      return false;
    }
  }

  /** How wide a text is, in pixels. */
  public abstract int width(String text);

  /** The height of a line, in pixels. */
  public abstract int height();

  /**
   * Draws a line of text in the graphics' colour.
   *
   * @param x the left end, in pixels
   * @param top the upper end of the line, in pixels
   */
  public abstract void draw(Graphics2D g, String text, int x, int top);
}
