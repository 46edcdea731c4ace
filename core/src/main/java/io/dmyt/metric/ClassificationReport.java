package io.dmyt.metric;

import static io.dmyt.internal.Checks.require;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Every metric that the reference prints after a test, from predicted classes.
 *
 * @param realClass the name of the class of unmanipulated images; all others are fakes
 * @param samples how many predictions were judged
 * @param accuracy the share of right predictions
 * @param balancedAccuracy the mean of the recalls of the classes that have samples
 * @param recalls per class, in the order of the confusion matrix: the share of its samples that
 *     were predicted as it
 * @param augmented real or fake, where a fake counts as found when <em>any</em> fake class was
 *     predicted; the fake recall is over all fake samples together. Null with two classes, where it
 *     would repeat the recalls
 * @param separated real or fake, where a fake counts as found only when <em>its own</em> class was
 *     predicted; the fake recall is the mean of the fake classes' recalls. Null with two classes
 * @param confusion the counts behind all of this
 * @param confusionPercent the counts as percent of their row
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClassificationReport(
    String realClass,
    long samples,
    double accuracy,
    double balancedAccuracy,
    List<Double> recalls,
    @Nullable BinaryView augmented,
    @Nullable BinaryView separated,
    ConfusionMatrix confusion,
    List<List<Double>> confusionPercent) {

  /**
   * Real against fake.
   *
   * @param realRecall the share of real samples that were predicted real
   * @param fakeRecall the share of fake samples that were found, as the view defines it
   * @param mean the mean of the two, or the one that exists
   */
  public record BinaryView(double realRecall, double fakeRecall, double mean) {
    static BinaryView of(double realRecall, double fakeRecall) {
      return new BinaryView(
          realRecall, fakeRecall, meanOfExisting(DoubleStream.of(realRecall, fakeRecall)));
    }
  }

  /**
   * Judges predictions for samples of known classes.
   *
   * @param classes the class names
   * @param realIndex which of them is the real one
   * @param labels the true class index of each sample
   * @param predictions the predicted class index of each sample
   * @throws IllegalArgumentException if the lengths differ, or an index is no class
   */
  public static ClassificationReport of(
      List<String> classes, int realIndex, int[] labels, int[] predictions) {
    return of(ConfusionMatrix.of(classes, labels, predictions), realIndex);
  }

  /**
   * Derives the metrics from counts.
   *
   * @param realIndex which class is the real one
   * @throws IllegalArgumentException if that is no class
   */
  public static ClassificationReport of(ConfusionMatrix confusion, int realIndex) {
    int classes = confusion.classes().size();
    require(
        realIndex >= 0 && realIndex < classes,
        "the real class is %d, but the classes are 0 to %d",
        realIndex,
        classes - 1);
    double[] recalls = IntStream.range(0, classes).mapToDouble(confusion::recall).toArray();
    boolean manyFakes = classes > 2;
    return new ClassificationReport(
        confusion.classes().get(realIndex),
        confusion.total(),
        confusion.accuracy(),
        meanOfExisting(DoubleStream.of(recalls)),
        Arrays.stream(recalls).boxed().toList(),
        manyFakes ? augmented(confusion, realIndex) : null,
        manyFakes ? separated(recalls, realIndex) : null,
        confusion,
        confusion.rowPercent());
  }

  /** Real or fake, where a fake counts as found when any fake class was predicted. */
  public BinaryView realOrFake() {
    return augmented(confusion, confusion.classes().indexOf(realClass));
  }

  private static BinaryView augmented(ConfusionMatrix confusion, int real) {
    long fakes = confusion.total() - confusion.support(real);
    long missed = fakes(confusion, real).mapToLong(c -> confusion.count(c, real)).sum();
    return BinaryView.of(confusion.recall(real), ConfusionMatrix.ratio(fakes - missed, fakes));
  }

  private static BinaryView separated(double[] recalls, int real) {
    double fake =
        meanOfExisting(
            IntStream.range(0, recalls.length).filter(c -> c != real).mapToDouble(c -> recalls[c]));
    return BinaryView.of(recalls[real], fake);
  }

  private static IntStream fakes(ConfusionMatrix confusion, int real) {
    return IntStream.range(0, confusion.classes().size()).filter(c -> c != real);
  }

  private static double meanOfExisting(DoubleStream metrics) {
    return metrics.filter(f -> !Double.isNaN(f)).average().orElse(Double.NaN);
  }
}
