package io.dmyt.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Text in pictures: by the machine's fonts, if there are any, and by strokes. */
class LetteringTest {
  private static final int X = 20;
  private static final int TOP = 10;

  static Stream<Lettering> letterings() {
    return Stream.of(10, 16, 40).flatMap(s -> Stream.of(Lettering.of(s), new StrokeLettering(s)));
  }

  @ParameterizedTest
  @MethodSource("letterings")
  void staysInItsBox(Lettering letters) {
    String text = "face 1: FAKE 0.97 gjy";
    int width = letters.width(text);
    assertTrue(width > letters.width("face 1"), "a longer text is wider");
    BufferedImage picture =
        new BufferedImage(width + 2 * X, letters.height() + 2 * TOP, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    g.setColor(Color.RED);
    letters.draw(g, text, X, TOP);
    g.dispose();

    int drawn = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        int colour = picture.getRGB(x, y) & 0xffffff;
        assertEquals(0, colour & 0xffff, "red alone is drawn");
        if (colour != 0) {
          drawn++;
          // A letter may reach a pixel beyond its advance.
          assertTrue(x >= X - 1 && x <= X + width + 1, x + " of " + width);
          assertTrue(y >= TOP && y < TOP + letters.height(), y + " of " + letters.height());
        }
      }
    }
    double share = drawn / (double) (width * letters.height());
    assertTrue(share > 0.05 && share < 0.7, "share that is drawn: " + share);
  }

  @Test
  void strokesKnowAsciiAlone() {
    assertEquals("falschung e ?", StrokeLettering.ascii("fälschung é 图"));
  }
}
