package io.dmyt.evaluation;

import static io.dmyt.evaluation.Checks.require;

import io.dmyt.Calibration;
import io.dmyt.FakeScore;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A support vector machine over embeddings, with the radial kernel {@code exp(−γ‖x − y‖²)}: how the
 * reference judges a network trained with the triplet loss, and how a trained network is
 * transferred to other classes without training it again.
 *
 * <p>Fitted by libsvm (Chang and Lin, <i>LIBSVM: A library for support vector machines</i>, ACM
 * TIST 2011) and equal to scikit-learn's {@code SVC()}: C-SVC, one machine per pair of classes,
 * each with a vote; of classes with equally many votes the lowest index wins.
 *
 * <p>Immutable; prediction is safe from several threads.
 */
public final class EmbeddingSvm {
  private static final Logger log = LoggerFactory.getLogger(EmbeddingSvm.class);

  /** Megabytes of kernel rows that libsvm may keep while it fits. */
  private static final double CACHE_MEGABYTES = 200;

  static {
    // libsvm prints its progress on standard output unless told otherwise.
    svm.svm_set_print_string_function(text -> log.trace("{}", text.strip()));
  }

  private final svm_model model;
  private final int features;

  private EmbeddingSvm(svm_model model, int features) {
    this.model = model;
    this.features = features;
  }

  /**
   * How a machine is fitted.
   *
   * @param c the price of a margin violation, above 0
   * @param tolerance by how much the optimality conditions may be violated at the end, above 0
   */
  public record Options(double c, double tolerance) {
    /** scikit-learn's defaults, which the reference uses. */
    public static final Options DEFAULT = new Options(1, 1e-3);

    public Options {
      require(c > 0 && Double.isFinite(c), "c must be above 0 and finite, found %s", c);
      require(
          tolerance > 0 && Double.isFinite(tolerance),
          "tolerance must be above 0 and finite, found %s",
          tolerance);
    }
  }

  /**
   * Fits a machine on the rows of a matrix.
   *
   * @param embeddings [samples, features]
   * @param labels the class index of each sample, 0 or above; at least two classes
   */
  public static EmbeddingSvm fit(INDArray embeddings, int[] labels) {
    return fit(rows(embeddings), labels, Options.DEFAULT);
  }

  /**
   * Fits a machine. γ is scikit-learn's {@code "scale"}: 1 / (features · variance), the variance
   * being that of all entries together, or 1 if they are all the same.
   *
   * @param embeddings one row of finite numbers per sample, all of one length
   * @param labels the class index of each sample, 0 or above; at least two classes
   * @throws IllegalArgumentException if the embeddings are not as described, or the labels are not
   *     one per row and of at least two classes
   */
  public static EmbeddingSvm fit(float[][] embeddings, int[] labels, Options options) {
    require(
        embeddings.length == labels.length,
        "%d embeddings, but %d labels",
        embeddings.length,
        labels.length);
    require(
        Arrays.stream(labels).distinct().count() >= 2,
        "an SVM needs samples of at least two classes, found %s",
        Arrays.toString(Arrays.stream(labels).distinct().toArray()));
    require(
        Arrays.stream(labels).allMatch(l -> l >= 0),
        "labels are class indices, but one is negative");
    int features = embeddings[0].length;
    for (int i = 0; i < embeddings.length; i++) {
      checkRow(embeddings[i], features, i);
    }

    svm_problem problem = new svm_problem();
    problem.l = labels.length;
    problem.y = new double[labels.length];
    problem.x = new svm_node[labels.length][];
    // libsvm numbers classes as they first occur, which decides ties: sorted, as in scikit-learn.
    int[] byLabel =
        IntStream.range(0, labels.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> labels[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i = 0; i < byLabel.length; i++) {
      problem.y[i] = labels[byLabel[i]];
      problem.x[i] = nodes(embeddings[byLabel[i]]);
    }

    svm_parameter parameter = new svm_parameter();
    parameter.svm_type = svm_parameter.C_SVC;
    parameter.kernel_type = svm_parameter.RBF;
    parameter.gamma = scaleGamma(embeddings, features);
    parameter.C = options.c();
    parameter.eps = options.tolerance();
    parameter.cache_size = CACHE_MEGABYTES;
    parameter.shrinking = 1;
    String fault = svm.svm_check_parameter(problem, parameter);
    require(fault == null, "libsvm refuses the parameters: %s", fault);
    return new EmbeddingSvm(svm.svm_train(problem, parameter), features);
  }

  /** 1 / (features · variance of all entries), in two passes as NumPy does it. */
  private static double scaleGamma(float[][] embeddings, int features) {
    double count = (double) embeddings.length * features;
    double sum = 0;
    for (float[] row : embeddings) {
      for (float value : row) {
        sum += value;
      }
    }
    double mean = sum / count;
    double squares = 0;
    for (float[] row : embeddings) {
      for (float value : row) {
        squares += (value - mean) * (value - mean);
      }
    }
    return squares == 0 ? 1 : 1 / (features * (squares / count));
  }

  /** γ of the kernel {@code exp(−γ‖x − y‖²)}. */
  public double gamma() {
    return model.param.gamma;
  }

  /** The class indices that were fitted on, ascending. */
  public int[] classes() {
    return model.label.clone();
  }

  /** How many support vectors each of {@link #classes()} has. */
  public int[] supportVectors() {
    return model.nSV.clone();
  }

  /**
   * The class index of one embedding.
   *
   * @throws IllegalArgumentException if it has another number of features than those fitted on, or
   *     one that is not finite
   */
  public int predict(float[] embedding) {
    checkRow(embedding, features, 0);
    return (int) svm.svm_predict(model, nodes(embedding));
  }

  /** The class indices of embeddings, computed on all cores. */
  public int[] predict(float[][] embeddings) {
    for (int i = 0; i < embeddings.length; i++) {
      checkRow(embeddings[i], features, i);
    }
    return Arrays.stream(embeddings).parallel().mapToInt(this::predict).toArray();
  }

  /**
   * The class indices of a matrix's rows.
   *
   * @param embeddings [samples, features]
   */
  public int[] predict(INDArray embeddings) {
    return predict(rows(embeddings));
  }

  /**
   * By how much an embedding is on the fakes' side: the largest value of the machines that decide
   * between a fake class and the real one, above 0 if one of them says fake. {@link
   * FakeScore#ofLogit} makes it a score between 0 and 1, and {@link Calibration} a probability.
   *
   * @param realIndex the real class's index, one of {@link #classes()}
   */
  public double fakeMargin(float[] embedding, int realIndex) {
    checkRow(embedding, features, 0);
    int real = Arrays.binarySearch(model.label, realIndex);
    require(
        real >= 0,
        "class %d is none of those fitted on: %s",
        realIndex,
        Arrays.toString(model.label));
    double[] values = new double[model.nr_class * (model.nr_class - 1) / 2];
    svm.svm_predict_values(model, nodes(embedding), values);
    double margin = Double.NEGATIVE_INFINITY;
    int pair = 0;
    for (int i = 0; i < model.nr_class; i++) {
      for (int j = i + 1; j < model.nr_class; j++, pair++) {
        // A value above 0 is a vote for the first of the pair.
        if (j == real) {
          margin = Math.max(margin, values[pair]);
        } else if (i == real) {
          margin = Math.max(margin, -values[pair]);
        }
      }
    }
    return margin;
  }

  private static float[][] rows(INDArray embeddings) {
    require(
        embeddings.rank() == 2,
        "embeddings must be [samples, features], found %s",
        Arrays.toString(embeddings.shape()));
    return embeddings.toFloatMatrix();
  }

  private static void checkRow(float[] row, int features, int index) {
    require(
        row.length == features && features > 0,
        "embedding %d has %d features, expected %d",
        index,
        row.length,
        features);
    for (int i = 0; i < row.length; i++) {
      require(Float.isFinite(row[i]), "embedding %d has %s as feature %d", index, row[i], i);
    }
  }

  /** libsvm's sparse form: zeros are left out, indices count from 1. */
  private static svm_node[] nodes(float[] row) {
    return IntStream.range(0, row.length)
        .filter(i -> row[i] != 0)
        .mapToObj(
            i -> {
              svm_node node = new svm_node();
              node.index = i + 1;
              node.value = row[i];
              return node;
            })
        .toArray(svm_node[]::new);
  }
}
