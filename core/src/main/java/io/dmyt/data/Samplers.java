package io.dmyt.data;

import io.dmyt.internal.Text;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** The orders that there are. */
public final class Samplers {
  /** Every image once, shuffled. */
  public static final Sampler SHUFFLE = (images, batch, random) -> shuffled(images, random);

  /**
   * Every class as often as the largest, the images of smaller ones several times, in turns: a
   * batch has as many of each class as it can.
   */
  public static final Sampler BALANCED = Samplers::balanced;

  private Samplers() {}

  static List<LabelledSample> shuffled(List<LabelledSample> images, Random random) {
    List<LabelledSample> order = new ArrayList<>(images);
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, random.nextInt(i + 1));
    }
    return order;
  }

  private static Map<Integer, List<LabelledSample>> byClass(List<LabelledSample> images) {
    Map<Integer, List<LabelledSample>> classes = new TreeMap<>();
    images.forEach(i -> classes.computeIfAbsent(i.label(), k -> new ArrayList<>()).add(i));
    return classes;
  }

  private static List<LabelledSample> balanced(
      List<LabelledSample> images, int batch, Random random) {
    Map<Integer, List<LabelledSample>> classes = byClass(images);
    int largest = classes.values().stream().mapToInt(List::size).max().orElse(0);
    List<Supply> supplies =
        new ArrayList<>(classes.values().stream().map(c -> new Supply(c, random)).toList());
    List<LabelledSample> order = new ArrayList<>();
    for (int round = 0; round < largest; round++) {
      Collections.shuffle(supplies, random);
      supplies.forEach(supply -> order.add(supply.next()));
    }
    return order;
  }

  /**
   * Batches of m images of each of batch / m classes, which are drawn anew for each batch; an image
   * comes again when all of its class have been there (Musgrave et al., <i>PyTorch Metric
   * Learning</i>, 2020).
   *
   * <p>Such a sampler throws an {@link ImageDataException} if a batch is not a multiple of m, or
   * has room for more classes than there are.
   *
   * @param m at least 1
   * @throws IllegalArgumentException if it is less
   */
  public static Sampler perClass(int m) {
    if (m < 1) {
      throw new IllegalArgumentException("at least one image of a class, not " + m);
    }
    return (images, batch, random) -> {
      List<Supply> classes =
          new ArrayList<>(
              byClass(images).values().stream().map(c -> new Supply(c, random)).toList());
      int drawn = batch / m;
      if (batch % m != 0 || drawn > classes.size()) {
        throw new ImageDataException(
            Text.format(
                "batches of %d can't be made of %d images of each of the %d classes: take a batch of %d",
                batch, m, classes.size(), m * classes.size()));
      }
      List<LabelledSample> order = new ArrayList<>();
      for (int b = 0; b < images.size() / batch; b++) {
        Collections.shuffle(classes, random);
        for (Supply supply : classes.subList(0, drawn)) {
          for (int i = 0; i < m; i++) {
            order.add(supply.next());
          }
        }
      }
      return order;
    };
  }

  /**
   * Each fake beside the real image that it was made of: the one of the same name, or of the fake's
   * name up to the first underscore, as FaceForensics++ names videos; else any real one. (Yermakov
   * et al., <i>Deepfake Detection that Generalizes Across Benchmarks</i>, WACV 2026, find them
   * decisive.)
   *
   * @param real the real class
   */
  public static Sampler paired(int real) {
    return (images, batch, random) -> {
      Map<String, LabelledSample> reals = new HashMap<>();
      List<LabelledSample> fakes = new ArrayList<>();
      List<LabelledSample> all = new ArrayList<>();
      for (LabelledSample image : images) {
        if (image.label() == real) {
          reals.put(stem(image), image);
          all.add(image);
        } else {
          fakes.add(image);
        }
      }
      Supply any = new Supply(all, random);
      List<LabelledSample> order = new ArrayList<>();
      for (LabelledSample fake : shuffled(fakes, random)) {
        String stem = stem(fake);
        int end = stem.indexOf('_');
        LabelledSample partner = reals.get(stem);
        if (partner == null && end > 0) {
          partner = reals.get(stem.substring(0, end));
        }
        order.add(fake);
        order.add(partner == null ? any.next() : partner);
      }
      return order;
    };
  }

  private static String stem(LabelledSample image) {
    Path file = Path.of(image.sample().id().source()).getFileName();
    String name = file == null ? "" : file.toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  /** The images of a class, each once in a random order, then again in another one. */
  private static final class Supply {
    private final List<LabelledSample> images;
    private final Random random;
    private final Deque<LabelledSample> left = new ArrayDeque<>();

    Supply(List<LabelledSample> images, Random random) {
      this.images = images;
      this.random = random;
    }

    LabelledSample next() {
      if (left.isEmpty()) {
        left.addAll(shuffled(images, random));
      }
      return left.remove();
    }
  }
}
