package io.dmyt.cli.demo;

import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Pictures;
import io.dmyt.internal.Text;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Arc2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Draws the demo's data set: cartoon portraits with a camera's grain, and the same with the face of
 * another one swapped in, as a face swap does it: at a lower resolution, recoloured, blended with a
 * soft edge, and so without the grain.
 */
public final class DemoPictures {
  private static final int SIZE = 112;
  private static final int LOW_RESOLUTION = 2;
  private static final double QUALITY = 0.95;

  private final Random random;

  public DemoPictures(long seed) {
    random = new Random(seed);
  }

  /** Writes {@code perClass} pictures each to {@code split/real} and {@code split/fake}. */
  public void write(Path split, int perClass) throws IOException {
    Path real = Files.createDirectories(split.resolve("real"));
    Path fake = Files.createDirectories(split.resolve("fake"));
    for (int i = 0; i < perClass; i++) {
      save(grain(portrait(new Person())), real.resolve(Text.format("%03d.jpg", i)));
      save(swapped(), fake.resolve(Text.format("%03d.jpg", i)));
    }
  }

  /** What makes a portrait: place, proportions and colours. */
  private final class Person {
    final double x = SIZE * between(0.46, 0.54);
    final double y = SIZE * between(0.50, 0.56);
    final double width = SIZE * between(0.25, 0.30);
    final double height = SIZE * between(0.34, 0.40);
    final Color skin = Color.getHSBColor(f(0.04, 0.09), f(0.25, 0.6), f(0.5, 0.95));
    final Color hair = Color.getHSBColor(f(0, 0.12), f(0.2, 0.7), f(0.08, 0.6));
    final Color shirt = Color.getHSBColor(f(0, 1), f(0.2, 0.7), f(0.2, 0.8));
    final Color back = Color.getHSBColor(f(0, 1), f(0.1, 0.4), f(0.3, 0.9));
    final Color iris = Color.getHSBColor(f(0.05, 0.6), f(0.3, 0.7), f(0.15, 0.5));
    final double smile = between(-0.1, 0.25);
    final double eyes = between(0.36, 0.46);
    final double fringe = between(0.45, 0.75);
  }

  private BufferedImage portrait(Person p) {
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setPaint(new GradientPaint(0, 0, p.back.brighter(), SIZE, SIZE, p.back.darker()));
    g.fillRect(0, 0, SIZE, SIZE);
    oval(g, p.shirt, p.x, p.y + p.height * 1.75, p.width * 1.9, p.height * 0.9);
    oval(g, p.skin.darker(), p.x, p.y + p.height * 0.95, p.width * 0.45, p.height * 0.45);
    oval(g, p.hair, p.x, p.y - p.height * 0.12, p.width * 1.15, p.height * 1.08);
    g.setPaint(
        new GradientPaint(
            (float) (p.x - p.width),
            0,
            p.skin,
            (float) (p.x + p.width),
            0,
            blend(p.skin, Color.BLACK, 0.3)));
    g.fill(ellipse(p.x, p.y, p.width, p.height));
    Path2D fringe = new Path2D.Double();
    fringe.moveTo(p.x - p.width, p.y - p.height * 0.35);
    fringe.quadTo(p.x, p.y - p.height * p.fringe, p.x + p.width, p.y - p.height * 0.35);
    fringe.quadTo(p.x, p.y - p.height * 1.7, p.x - p.width, p.y - p.height * 0.35);
    g.setPaint(p.hair);
    g.fill(fringe);
    for (int side = -1; side <= 1; side += 2) {
      double ex = p.x + side * p.width * p.eyes;
      double ey = p.y - p.height * 0.12;
      oval(g, Color.WHITE, ex, ey, p.width * 0.2, p.height * 0.09);
      oval(g, p.iris, ex, ey, p.width * 0.09, p.height * 0.08);
      oval(g, Color.BLACK, ex, ey, p.width * 0.04, p.height * 0.035);
      g.setPaint(p.hair.darker());
      g.setStroke(new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      g.draw(
          new Arc2D.Double(
              ex - p.width * 0.25,
              ey - p.height * 0.22,
              p.width * 0.5,
              p.height * 0.2,
              30,
              120,
              Arc2D.OPEN));
    }
    Path2D nose = new Path2D.Double();
    nose.moveTo(p.x, p.y - p.height * 0.1);
    nose.quadTo(p.x + p.width * 0.22, p.y + p.height * 0.25, p.x - 2, p.y + p.height * 0.25);
    g.setPaint(blend(p.skin, Color.BLACK, 0.4));
    g.setStroke(new BasicStroke(1.5f));
    g.draw(nose);
    Path2D mouth = new Path2D.Double();
    mouth.moveTo(p.x - p.width * 0.38, p.y + p.height * 0.5);
    mouth.quadTo(p.x, p.y + p.height * (0.5 + p.smile), p.x + p.width * 0.38, p.y + p.height * 0.5);
    g.setPaint(new Color(150, 50, 55));
    g.setStroke(new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    g.draw(mouth);
    g.dispose();
    return image;
  }

  /** A person who is drawn again and again, each time with other grain. */
  interface Portrait {
    BufferedImage draw();
  }

  /**
   * The next person.
   *
   * @param swapped whether the face is another one's
   */
  Portrait next(boolean swapped) {
    Person target = new Person();
    if (!swapped) {
      return () -> grain(portrait(target));
    }
    Person donor = new Person();
    double recolour = between(0.9, 1.1);
    return () ->
        swapped(target, grain(portrait(target)), donor, smooth(grain(portrait(donor))), recolour);
  }

  private BufferedImage swapped() {
    Person target = new Person();
    BufferedImage image = grain(portrait(target));
    Person donor = new Person();
    BufferedImage face = smooth(grain(portrait(donor)));
    return swapped(target, image, donor, face, between(0.9, 1.1));
  }

  /** A portrait with the inner face of another person at the same place. */
  private static BufferedImage swapped(
      Person target, BufferedImage image, Person donor, BufferedImage face, double recolour) {
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        double dx = (x - target.x) / (target.width * 0.85);
        double dy = (y - target.y - target.height * 0.1) / (target.height * 0.8);
        double weight = Math.min(1, Math.max(0, (1.08 - Math.sqrt(dx * dx + dy * dy)) / 0.16));
        if (weight > 0) {
          int sx = clamp((int) Math.round(donor.x + (x - target.x) * donor.width / target.width));
          int sy = clamp((int) Math.round(donor.y + (y - target.y) * donor.height / target.height));
          image.setRGB(x, y, mix(image.getRGB(x, y), face.getRGB(sx, sy), weight, recolour));
        }
      }
    }
    return image;
  }

  /** Adds the noise of a sensor: brightness and colour, every pixel its own. */
  private BufferedImage grain(BufferedImage image) {
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        int rgb = image.getRGB(x, y);
        double brightness = random.nextGaussian() * 9;
        int noisy = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
          double value = ((rgb >> shift) & 0xff) + brightness + random.nextGaussian() * 3;
          noisy |= (int) Math.max(0, Math.min(255, Math.round(value))) << shift;
        }
        image.setRGB(x, y, noisy);
      }
    }
    return image;
  }

  /** Down to a lower resolution and up again, as a face generator's output. */
  private static BufferedImage smooth(BufferedImage image) {
    int low = SIZE / LOW_RESOLUTION;
    return scaled(scaled(image, low), SIZE);
  }

  private static BufferedImage scaled(BufferedImage image, int size) {
    BufferedImage result = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = result.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.drawImage(image, 0, 0, size, size, null);
    g.dispose();
    return result;
  }

  private static int mix(int under, int over, double weight, double recolour) {
    int mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      double value =
          (1 - weight) * ((under >> shift) & 0xff) + weight * recolour * ((over >> shift) & 0xff);
      mixed |= (int) Math.max(0, Math.min(255, Math.round(value))) << shift;
    }
    return mixed;
  }

  private static void save(BufferedImage image, Path file) throws IOException {
    AtomicFile.write(file, out -> Pictures.writeJpeg(image, QUALITY, out));
  }

  private static void oval(Graphics2D g, Color color, double x, double y, double w, double h) {
    g.setPaint(color);
    g.fill(ellipse(x, y, w, h));
  }

  private static Ellipse2D ellipse(double x, double y, double halfWidth, double halfHeight) {
    return new Ellipse2D.Double(x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight);
  }

  private static Color blend(Color a, Color b, double share) {
    return new Color(mix(a.getRGB(), b.getRGB(), share, 1));
  }

  private static int clamp(int coordinate) {
    return Math.max(0, Math.min(SIZE - 1, coordinate));
  }

  private double between(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  private float f(double low, double high) {
    return (float) between(low, high);
  }
}
