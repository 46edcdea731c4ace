package io.dmyt.internal;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.font.LineMetrics;

/** Letters of Java's own sans-serif font. */
final class FontLettering extends Lettering {
  private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

  private final Font font;
  private final LineMetrics metrics;

  FontLettering(int size) {
    font = new Font(Font.SANS_SERIF, Font.BOLD, size);
    metrics = font.getLineMetrics("Ág", CONTEXT);
  }

  @Override
  public int width(String text) {
    return (int) Math.ceil(font.getStringBounds(text, CONTEXT).getWidth());
  }

  @Override
  public int height() {
    return (int) Math.ceil(metrics.getHeight());
  }

  @Override
  public void draw(Graphics2D g, String text, int x, int top) {
    g.setFont(font);
    g.drawString(text, x, top + metrics.getAscent());
  }
}
