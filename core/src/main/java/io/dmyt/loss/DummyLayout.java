package io.dmyt.loss;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Json;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the dummies lie, whatever the embedding's size: for each class its share of the embedding.
 *
 * <p>As a file:
 *
 * <pre>{@code
 * {
 *   "real": "original",
 *   "dummies": {
 *     "original":  [0, 0.5],
 *     "Deepfakes": [0.5, 0.75],
 *     "FaceSwap":  [0.75, 1]
 *   }
 * }
 * }</pre>
 *
 * <p>{@code real} names the real class. {@code dummies} gives each class, spelt as its folder is,
 * the half-open interval of its ones, in fractions of the embedding; a bound is rounded down to a
 * position. The intervals cover {@code [0, 1]} without gap or overlap, and the real class has one
 * end of it.
 *
 * @param real the name of the real class
 * @param dummies each class's interval
 */
public record DummyLayout(String real, Map<String, Interval> dummies) {
  /** Bounds closer than this are the same. */
  private static final double SAME = 1e-9;

  /** Keeps what was a whole position before it was divided by the size from being rounded down. */
  private static final double WHOLE = 1e-6;

  /**
   * A half-open interval in fractions of the embedding.
   *
   * @param from where it starts, from 0
   * @param to where it ends, above {@code from} and at most 1
   */
  public record Interval(double from, double to) {
    /**
     * @throws IllegalArgumentException if the interval is empty or not within {@code [0, 1]}
     */
    public Interval {
      if (!(from >= 0 && from < to && to <= 1)) {
        throw new IllegalArgumentException(
            Text.format("[%s, %s] is not an interval within [0, 1]", from, to));
      }
    }
  }

  /**
   * @throws IllegalArgumentException if there are fewer than two classes, the real one is not among
   *     them or at no end, or the intervals overlap or leave a gap
   */
  public DummyLayout {
    dummies = Collections.unmodifiableMap(new LinkedHashMap<>(dummies));
    ClassNames.check(List.copyOf(dummies.keySet()));
    if (!dummies.containsKey(real)) {
      throw new IllegalArgumentException(
          Text.format(
              "the real class '%s' has no dummy: those with one are %s", real, dummies.keySet()));
    }
    checkCover(dummies);
    Interval interval = dummies.get(real);
    if (interval.from() > SAME && interval.to() < 1 - SAME) {
      throw new IllegalArgumentException(
          Text.format(
              "the real class '%s' has [%s, %s] but must lie at an end of [0, 1]",
              real, interval.from(), interval.to()));
    }
  }

  private static void checkCover(Map<String, Interval> dummies) {
    List<Map.Entry<String, Interval>> order = new ArrayList<>(dummies.entrySet());
    order.sort(Comparator.comparingDouble(e -> e.getValue().from()));
    double end = 0;
    String before = null;
    for (Map.Entry<String, Interval> entry : order) {
      double from = entry.getValue().from();
      if (from < end - SAME) {
        throw new IllegalArgumentException(
            Text.format(
                "the intervals of '%s' and '%s' overlap between %s and %s",
                before, entry.getKey(), from, Math.min(end, entry.getValue().to())));
      }
      if (from > end + SAME) {
        throw gap(end, from);
      }
      end = entry.getValue().to();
      before = entry.getKey();
    }
    if (end < 1 - SAME) {
      throw gap(end, 1);
    }
  }

  private static IllegalArgumentException gap(double from, double to) {
    return new IllegalArgumentException(
        Text.format("no class has the part from %s to %s", from, to));
  }

  static DummyLayout of(Dummies dummies) {
    double size = dummies.size();
    Map<String, Interval> intervals = new LinkedHashMap<>();
    for (int k = 0; k < dummies.classes().size(); k++) {
      Slice s = dummies.ones().get(k);
      intervals.put(dummies.classes().get(k), new Interval(s.from() / size, s.to() / size));
    }
    return new DummyLayout(dummies.classes().get(dummies.realIndex()), intervals);
  }

  /**
   * Reads a layout from a JSON file.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it says anything else than a layout: what and where
   */
  public static DummyLayout read(Path file) throws IOException {
    try {
      return parse(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + ": not JSON: " + Json.fault(e), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /** Writes the layout as a JSON file that {@link #read} reads back. */
  public void write(Path file) throws IOException {
    ObjectNode root = JsonNodeFactory.instance.objectNode().put("real", real);
    ObjectNode intervals = root.putObject("dummies");
    dummies.forEach((name, i) -> intervals.putArray(name).add(i.from()).add(i.to()));
    AtomicFile.write(file, Json.write(root) + "\n");
  }

  private static DummyLayout parse(byte[] json) throws IOException {
    JsonNode root = Json.mapper().readTree(json);
    if (!root.isObject()) {
      throw new IllegalArgumentException("an object with 'real' and 'dummies' expected");
    }
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (!field.getKey().equals("real") && !field.getKey().equals("dummies")) {
        throw new IllegalArgumentException(
            Text.format("unknown entry '%s': only 'real' and 'dummies' are known", field.getKey()));
      }
    }
    if (!root.path("real").isTextual()) {
      throw new IllegalArgumentException("'real' must be the name of the real class");
    }
    if (!root.path("dummies").isObject()) {
      throw new IllegalArgumentException("'dummies' must be an object: a class, its interval");
    }
    Map<String, Interval> dummies = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.get("dummies").properties()) {
      dummies.put(entry.getKey(), interval(entry.getKey(), entry.getValue()));
    }
    return new DummyLayout(root.get("real").textValue(), dummies);
  }

  private static Interval interval(String name, JsonNode bounds) {
    if (!bounds.isArray()
        || bounds.size() != 2
        || !bounds.get(0).isNumber()
        || !bounds.get(1).isNumber()) {
      throw new IllegalArgumentException(
          Text.format("class '%s': two numbers [from, to] expected, found %s", name, bounds));
    }
    try {
      return new Interval(bounds.get(0).doubleValue(), bounds.get(1).doubleValue());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(Text.format("class '%s': %s", name, e.getMessage()), e);
    }
  }

  /** One slice of an embedding of that size for each of these classes. */
  List<Slice> slices(List<String> classes, int size) {
    for (String name : dummies.keySet()) {
      if (!classes.contains(name)) {
        throw new IllegalArgumentException(
            Text.format(
                "the layout has a dummy for '%s', which is not a class: the classes are %s",
                name, classes));
      }
    }
    List<Slice> slices = new ArrayList<>();
    for (String name : classes) {
      Interval interval = dummies.get(name);
      if (interval == null) {
        throw new IllegalArgumentException(
            Text.format(
                "the layout has no dummy for class '%s': it has those of %s",
                name, dummies.keySet()));
      }
      int from = position(interval.from(), size);
      int to = position(interval.to(), size);
      if (to <= from) {
        throw new IllegalArgumentException(
            Text.format(
                "an embedding of size %d has no room for the dummy of class '%s', from %s to %s",
                size, name, interval.from(), interval.to()));
      }
      slices.add(new Slice(from, to));
    }
    return slices;
  }

  private static int position(double fraction, int size) {
    return (int) Math.floor(fraction * size + WHOLE);
  }
}
