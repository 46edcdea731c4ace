package io.dmyt.benchmarks;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Random;

/** What is as hard to decode as a photograph. */
final class Photograph {
  private Photograph() {}

  /** Edges, flat areas and noise. */
  static BufferedImage draw(int width, int height, long seed) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      int side = 20 + random.nextInt(120);
      graphics.fillOval(random.nextInt(width), random.nextInt(height), side, side);
    }
    graphics.dispose();
    for (int i = 0; i < width * height / 3; i++) {
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      image.setRGB(x, y, image.getRGB(x, y) ^ (random.nextInt(1 << 24) & 0x1F1F1F));
    }
    return image;
  }
}
