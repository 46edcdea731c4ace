package io.dmyt.metric;

import static io.dmyt.internal.Checks.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How often each class was taken for which.
 *
 * @param classes the class names, in the order of their indices
 * @param counts {@code counts[label][prediction]}: how many samples of class {@code label} were
 *     predicted as class {@code prediction}
 */
public record ConfusionMatrix(List<String> classes, List<List<Long>> counts) {

  /**
   * @throws IllegalArgumentException if there are fewer than two classes, a name occurs twice, the
   *     counts are not one row and column per class, or a count is negative
   */
  public ConfusionMatrix {
    classes = List.copyOf(classes);
    require(classes.size() >= 2, "at least two classes are needed, found %s", classes);
    require(
        classes.stream().distinct().count() == classes.size(),
        "a class appears twice in %s",
        classes);
    require(
        counts.size() == classes.size(),
        "%d classes need as many rows, found %d",
        classes.size(),
        counts.size());
    List<List<Long>> copy = new ArrayList<>();
    for (List<Long> row : counts) {
      require(
          row.size() == classes.size(),
          "%d classes need rows of as many counts, found %d",
          classes.size(),
          row.size());
      require(row.stream().allMatch(n -> n >= 0), "a count is negative: %s", row);
      copy.add(List.copyOf(row));
    }
    counts = List.copyOf(copy);
  }

  /**
   * Counts the predictions for samples of known classes.
   *
   * @param classes the class names
   * @param labels the true class index of each sample
   * @param predictions the predicted class index of each sample
   * @throws IllegalArgumentException if the lengths differ, or an index is no class
   */
  public static ConfusionMatrix of(List<String> classes, int[] labels, int[] predictions) {
    require(
        labels.length == predictions.length,
        "%d labels, but %d predictions",
        labels.length,
        predictions.length);
    int size = classes.size();
    long[][] counts = new long[size][size];
    for (int i = 0; i < labels.length; i++) {
      int label = checkIndex(labels[i], size, "label", i);
      counts[label][checkIndex(predictions[i], size, "prediction", i)]++;
    }
    return new ConfusionMatrix(
        classes, Arrays.stream(counts).map(row -> Arrays.stream(row).boxed().toList()).toList());
  }

  private static int checkIndex(int index, int classes, String what, int sample) {
    require(
        index >= 0 && index < classes,
        "%s %d of sample %d is not one of the classes 0 to %d",
        what,
        index,
        sample,
        classes - 1);
    return index;
  }

  /** How many samples of class {@code label} were predicted as class {@code prediction}. */
  public long count(int label, int prediction) {
    return counts.get(label).get(prediction);
  }

  /** How many samples class {@code label} has. */
  public long support(int label) {
    return counts.get(label).stream().mapToLong(Long::longValue).sum();
  }

  /** How many samples there are. */
  public long total() {
    return IntStream.range(0, classes.size()).mapToLong(this::support).sum();
  }

  /** The share of all samples that were predicted right; NaN without samples. */
  public double accuracy() {
    long right = IntStream.range(0, classes.size()).mapToLong(c -> count(c, c)).sum();
    return ratio(right, total());
  }

  /** The share of the class's samples that were predicted as it; NaN if it has none. */
  public double recall(int label) {
    return ratio(count(label, label), support(label));
  }

  /**
   * Each row as percent of its class's samples, so that rows sum to 100. The row of a class without
   * samples is NaN.
   */
  public List<List<Double>> rowPercent() {
    return IntStream.range(0, classes.size()).mapToObj(this::rowPercent).toList();
  }

  private List<Double> rowPercent(int label) {
    long support = support(label);
    if (support == 0) {
      return Collections.nCopies(classes.size(), Double.NaN);
    }
    return counts.get(label).stream().map(n -> 100.0 * n / support).toList();
  }

  static double ratio(long part, long whole) {
    return whole == 0 ? Double.NaN : (double) part / whole;
  }
}
