package io.dmyt.svm;

import static io.dmyt.internal.Checks.require;
import static io.dmyt.svm.SvmChecks.requireRow;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

// Over 300 lines: decision values and their gradients, over one kernel.

/**
 * A support vector machine over embeddings, with the radial kernel {@code exp(−γ‖x − y‖²)}: how the
 * reference judges a network trained with the triplet loss, and how a trained network is
 * transferred to other classes without training it again.
 *
 * <p>Fitted by libsvm (Chang and Lin, <i>LIBSVM: A library for support vector machines</i>, ACM
 * TIST 2011) and equal to scikit-learn's {@code SVC()}: C-SVC, one classifier per pair of classes,
 * each with a vote; of classes with equally many votes the lowest index wins.
 *
 * <p>Implementation note: what was fitted is kept as dense rows of floats, which hold the
 * embeddings exactly, and evaluated in double in libsvm's order, so that every value equals
 * libsvm's bit by bit.
 *
 * <p>Immutable; prediction is safe from several threads.
 */
public final class EmbeddingSvm {
  private final SupportVectors parts;

  private EmbeddingSvm(SupportVectors parts) {
    this.parts = parts;
  }

  /**
   * How an SVM is fitted.
   *
   * @param c the price of a margin violation, above 0
   * @param tolerance by how much the optimality conditions may be violated at the end, above 0
   */
  public record Options(double c, double tolerance) {
    /** scikit-learn's defaults, which the reference uses. */
    public static final Options DEFAULT = new Options(1, 1e-3);

    /**
     * @throws IllegalArgumentException if a number is out of range
     */
    public Options {
      require(c > 0 && Double.isFinite(c), "c must be above 0 and finite, found %s", c);
      require(
          tolerance > 0 && Double.isFinite(tolerance),
          "tolerance must be above 0 and finite, found %s",
          tolerance);
    }
  }

  /**
   * Fits an SVM on the rows of a matrix.
   *
   * @param embeddings [samples, features]
   * @param labels the class index of each sample, 0 or above; at least two classes
   */
  public static EmbeddingSvm fit(INDArray embeddings, int[] labels) {
    return fit(rows(embeddings), labels, Options.DEFAULT);
  }

  /**
   * Fits an SVM. γ is scikit-learn's {@code "scale"}: 1 / (features · variance), the variance being
   * that of all entries together, or 1 if they are all the same.
   *
   * @param embeddings one row of finite numbers per sample, all of one length
   * @param labels the class index of each sample, 0 or above; at least two classes
   * @throws IllegalArgumentException if the embeddings are not as described, or the labels are not
   *     one per row and of at least two classes
   */
  public static EmbeddingSvm fit(float[][] embeddings, int[] labels, Options options) {
    return of(SvmFit.dense(SvmFit.model(embeddings, labels, options), embeddings[0].length));
  }

  /** The SVM that consists of these parts. */
  public static EmbeddingSvm of(SupportVectors parts) {
    return new EmbeddingSvm(parts);
  }

  /** What the SVM consists of. */
  public SupportVectors parts() {
    return parts;
  }

  /** γ of the kernel {@code exp(−γ‖x − y‖²)}. */
  public double gamma() {
    return parts.gamma();
  }

  /** The class indices that were fitted on, ascending. */
  public int[] classes() {
    return parts.classes().clone();
  }

  /** How many support vectors each of {@link #classes()} has. */
  public int[] supportVectors() {
    return parts.counts().clone();
  }

  /**
   * The class index of one embedding.
   *
   * @throws IllegalArgumentException if it has another number of features than those fitted on, or
   *     one that is not finite
   */
  public int predict(float[] embedding) {
    int[] votes = votes(decisions(embedding));
    int best = 0;
    for (int k = 1; k < votes.length; k++) {
      best = votes[k] > votes[best] ? k : best;
    }
    return parts.classes()[best];
  }

  /**
   * The class indices of embeddings, computed on all cores.
   *
   * @param embeddings [samples][features]
   * @throws IllegalArgumentException as {@link #predict(float[])} does
   */
  public int[] predict(float[][] embeddings) {
    for (int i = 0; i < embeddings.length; i++) {
      requireRow(embeddings[i], parts.features(), i);
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
   * The decision value of each pair of classes, in {@link SupportVectors}' order: above 0 it is a
   * vote for the first of the pair, else for the second.
   *
   * @throws IllegalArgumentException as {@link #predict(float[])} does
   */
  public double[] decisions(float[] embedding) {
    requireRow(embedding, parts.features(), 0);
    return decisions(doubles(embedding));
  }

  double[] decisions(double[] embedding) {
    double[] kernel = kernel(embedding);
    int[] starts = starts();
    int classes = parts.classes().length;
    double[] decisions = parts.intercepts().clone();
    int pair = 0;
    for (int i = 0; i < classes; i++) {
      for (int j = i + 1; j < classes; j++, pair++) {
        double sum = 0;
        for (int s = starts[i]; s < starts[i + 1]; s++) {
          sum += parts.coefficients()[j - 1][s] * kernel[s];
        }
        for (int s = starts[j]; s < starts[j + 1]; s++) {
          sum += parts.coefficients()[i][s] * kernel[s];
        }
        decisions[pair] += sum;
      }
    }
    return decisions;
  }

  /** The kernel between an embedding and each support vector. */
  private double[] kernel(double[] embedding) {
    double[] kernel = new double[parts.vectors().length];
    for (int s = 0; s < kernel.length; s++) {
      float[] vector = parts.vectors()[s];
      double squares = 0;
      for (int f = 0; f < embedding.length; f++) {
        double difference = embedding[f] - vector[f];
        squares += difference * difference;
      }
      kernel[s] = Math.exp(-parts.gamma() * squares);
    }
    return kernel;
  }

  /** Where each class's support vectors start, and where the last one's end. */
  private int[] starts() {
    int[] starts = new int[parts.counts().length + 1];
    for (int k = 0; k < parts.counts().length; k++) {
      starts[k + 1] = starts[k] + parts.counts()[k];
    }
    return starts;
  }

  /**
   * The votes for each of {@link #classes()}.
   *
   * @param decisions as {@link #decisions(float[])} gives them
   */
  public int[] votes(double[] decisions) {
    int[] votes = new int[parts.classes().length];
    int pair = 0;
    for (int i = 0; i < votes.length; i++) {
      for (int j = i + 1; j < votes.length; j++, pair++) {
        votes[decisions[pair] > 0 ? i : j]++;
      }
    }
    return votes;
  }

  /**
   * By how much an embedding is on the fakes' side: the largest decision value of a fake class
   * against the real one, above 0 if one of them says fake.
   *
   * @param embedding [features]
   * @param realIndex the real class's index, one of {@link #classes()}
   * @throws IllegalArgumentException if the class wasn't fitted on, or as {@link #predict(float[])}
   *     does
   */
  public double fakeMargin(float[] embedding, int realIndex) {
    return fakeMargin(decisions(embedding), realIndex);
  }

  /**
   * The same of values that are there already.
   *
   * @param decisions as {@link #decisions(float[])} gives them
   */
  public double fakeMargin(double[] decisions, int realIndex) {
    int real = position(realIndex);
    return margin(decisions, nearestFake(decisions, real), real);
  }

  /** The position of the fake class with the largest decision value against the real one. */
  private int nearestFake(double[] decisions, int real) {
    int best = real == 0 ? 1 : 0;
    for (int k = 0; k < parts.classes().length; k++) {
      if (k != real && margin(decisions, k, real) > margin(decisions, best, real)) {
        best = k;
      }
    }
    return best;
  }

  /** The decision value of two classes, above 0 for the first of them, whatever their order. */
  private double margin(double[] decisions, int first, int second) {
    return first < second ? decisions[pair(first, second)] : -decisions[pair(second, first)];
  }

  private int pair(int i, int j) {
    return i * (2 * parts.classes().length - i - 1) / 2 + j - i - 1;
  }

  private int position(int classIndex) {
    int position = Arrays.binarySearch(parts.classes(), classIndex);
    require(
        position >= 0,
        "class %d is not one of those fitted on: %s",
        classIndex,
        Arrays.toString(parts.classes()));
    return position;
  }

  /**
   * The gradient of {@link #fakeMargin} with respect to the embedding, that of the pair that has
   * the largest value: {@code Σ_s a_s ∂K(x_s, e)/∂e} with {@code ∂K/∂e = 2γ (x_s − e) K}.
   *
   * @return as many numbers as features
   */
  public double[] fakeMarginGradient(float[] embedding, int realIndex) {
    requireRow(embedding, parts.features(), 0);
    double[] point = doubles(embedding);
    int real = position(realIndex);
    return gradient(point, nearestFake(decisions(point), real), real);
  }

  /**
   * The gradient, with respect to the embedding, of the decision value of two classes, which is
   * above 0 for the first of them.
   *
   * @param classIndex one of {@link #classes()}
   * @param against another one
   * @return as many numbers as features
   * @throws IllegalArgumentException if the classes are equal or one wasn't fitted on, or as {@link
   *     #predict(float[])} does
   */
  public double[] marginGradient(float[] embedding, int classIndex, int against) {
    requireRow(embedding, parts.features(), 0);
    require(classIndex != against, "class %d can't be told from itself", classIndex);
    return gradient(doubles(embedding), position(classIndex), position(against));
  }

  private double[] gradient(double[] embedding, int first, int second) {
    double[] kernel = kernel(embedding);
    double[] gradient = new double[embedding.length];
    double sign = first < second ? 1 : -1;
    addGradient(gradient, embedding, kernel, sign, first, second);
    addGradient(gradient, embedding, kernel, sign, second, first);
    return gradient;
  }

  /**
   * Adds what one class's support vectors contribute to its decision value against another class.
   */
  private void addGradient(
      double[] gradient, double[] embedding, double[] kernel, double sign, int of, int against) {
    double[] coefficients = parts.coefficients()[against > of ? against - 1 : against];
    int[] starts = starts();
    for (int s = starts[of]; s < starts[of + 1]; s++) {
      double factor = sign * coefficients[s] * 2 * parts.gamma() * kernel[s];
      float[] vector = parts.vectors()[s];
      for (int f = 0; f < gradient.length; f++) {
        gradient[f] += factor * (vector[f] - embedding[f]);
      }
    }
  }

  private static double[] doubles(float[] row) {
    double[] values = new double[row.length];
    for (int f = 0; f < row.length; f++) {
      values[f] = row[f];
    }
    return values;
  }

  private static float[][] rows(INDArray embeddings) {
    require(
        embeddings.rank() == 2,
        "embeddings must be [samples, features], found %s",
        Arrays.toString(embeddings.shape()));
    return embeddings.toFloatMatrix();
  }
}
