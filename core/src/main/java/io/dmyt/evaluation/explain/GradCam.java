package io.dmyt.evaluation.explain;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.FakeScore;
import io.dmyt.loss.Slice;
import io.dmyt.svm.EmbeddingSvm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Grad-CAM: which places of an image speak for what a network says of it (Selvaraju et al.,
 * <i>Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization</i>, ICCV
 * 2017).
 *
 * <p>Of the number y that is to be explained, and the last feature map A [C, H, W] with more than
 * one place that all of the network's later computation rests on, the heat map is {@code max(0, Σ_c
 * α_c A_c)} with {@code α_c = mean_{h,w} ∂y/∂A_c[h, w]}. The map is found from the graph's shape,
 * and works for any graph of one input and one output layer whose loss layer, or classifier, gets a
 * vector.
 *
 * <p>Evidence <em>for</em> y is shown, none against it: an image without evidence for being fake
 * has a heat map of zeros.
 *
 * <p>Uses the detector's own graph and parameters: change these, and the next heat map is another.
 * Not safe for use by several threads at once, nor beside the detector's use by another.
 */
public final class GradCam {
  /** What is explained: a number that depends on the embedding alone. */
  @FunctionalInterface
  interface Direction {
    /**
     * The number's gradient.
     *
     * @param embeddings [B, F]
     * @return [B, F]
     */
    INDArray gradient(INDArray embeddings);
  }

  private final ComputationGraph graph;
  private final Detector detector;
  private Tail tail;

  private GradCam(ComputationGraph graph, Detector detector) {
    this.graph = graph;
    this.detector = detector;
  }

  /** Explains what a detector says, on whichever engine it runs. */
  public static GradCam of(Detector detector) {
    return new GradCam(detector.graph(), detector);
  }

  /** Explains what somebody makes of a graph's embeddings. */
  static GradCam of(ComputationGraph graph) {
    return new GradCam(graph, null);
  }

  /**
   * What speaks for fake: explains the logit of P(fake), with an SVM the fakes' margin, which that
   * logit is before calibration.
   *
   * @param images [B, 3, size, size], as the detector's spec says they are preprocessed
   * @return a heat map per image
   * @throws IllegalStateException if the detector has no verdict that could be explained
   */
  public List<HeatMap> fake(INDArray images) {
    EmbeddingSvm svm = detector.svm();
    if (svm != null) {
      int real = detector.spec().realIndex();
      return explain(images, byMachine(e -> svm.fakeMarginGradient(e, real)));
    }
    requireVerdict();
    return explain(images, this::fakeGradient);
  }

  private void requireVerdict() {
    if (!detector.hasVerdict()) {
      throw new IllegalStateException(
          "a detector trained with Triplet has no verdict to explain before an SVM is fitted");
    }
  }

  /** The direction whose gradient an SVM computes of one embedding after the other. */
  private static Direction byMachine(Function<float[], double[]> gradient) {
    return embeddings ->
        Nd4j.createFromArray(
                Arrays.stream(embeddings.toFloatMatrix()).map(gradient).toArray(double[][]::new))
            .castTo(DataType.FLOAT);
  }

  private static double[] negative(double[] values) {
    return Arrays.stream(values).map(v -> -v).toArray();
  }

  /**
   * What speaks for a class: explains its score, the mean of the embedding over the class's dummy
   * or the classifier's logit. With an SVM it is the value of the class's machine against the real
   * one, and of the real class the fakes' margin turned round.
   *
   * @param images [B, 3, size, size], as the detector's spec says they are preprocessed
   * @param className one of the detector's classes
   * @return a heat map per image
   * @throws IllegalArgumentException if there is no such class
   */
  public List<HeatMap> ofClass(INDArray images, String className) {
    int index = detector.spec().classes().indexOf(className);
    if (index < 0) {
      throw new IllegalArgumentException(
          "no class %s: there are %s".formatted(className, detector.spec().classes()));
    }
    EmbeddingSvm svm = detector.svm();
    if (svm != null) {
      int real = detector.spec().realIndex();
      return explain(
          images,
          byMachine(
              index == real
                  ? e -> negative(svm.fakeMarginGradient(e, real))
                  : e -> svm.marginGradient(e, index, real)));
    }
    requireVerdict();
    return explain(
        images,
        embeddings -> {
          INDArray direction = classDirections().getRow(index).reshape(1, -1);
          return direction.repeat(0, embeddings.size(0));
        });
  }

  List<HeatMap> explain(INDArray images, Direction direction) {
    if (tail == null) {
      tail = Tail.of(graph, images);
    }
    INDArray map = tail.map(images);
    INDArray gradient = tail.gradient(map, direction);
    // [B, C, 1, 1]: how much each channel counts.
    INDArray weights = gradient.mean(true, 2, 3);
    List<HeatMap> maps = new ArrayList<>();
    for (int b = 0; b < map.size(0); b++) {
      maps.add(heatMap(map.slice(b), weights.slice(b)));
    }
    return maps;
  }

  private static HeatMap heatMap(INDArray map, INDArray weights) {
    int channels = Math.toIntExact(map.size(0));
    int height = Math.toIntExact(map.size(1));
    int width = Math.toIntExact(map.size(2));
    float[] sum =
        weights
            .reshape(1, channels)
            .mmul(map.dup('c').reshape(channels, (long) height * width))
            .toFloatVector();
    for (int i = 0; i < sum.length; i++) {
      if (!Float.isFinite(sum[i])) {
        throw new IllegalStateException("the network's answer to the image is no number");
      }
      sum[i] = Math.max(0, sum[i]);
    }
    return new HeatMap(height, width, sum);
  }

  /**
   * Of the logit of P(fake), before calibration, whose positive slope would change nothing: {@code
   * scale · (Σ_k q_k ∂s_k − ∂s_real)} with q_k the fake classes' shares.
   */
  private INDArray fakeGradient(INDArray embeddings) {
    DetectorSpec spec = detector.spec();
    double scale = spec.dummies() == null ? 1 : FakeScore.dummyScale(spec.dummies().size());
    INDArray directions = classDirections();
    double[][] scores = scores(embeddings).toDoubleMatrix();
    for (double[] row : scores) {
      double[] shares = FakeScore.classProbabilities(row, spec.realIndex(), scale, 1);
      shares[spec.realIndex()] = -1;
      System.arraycopy(shares, 0, row, 0, row.length);
    }
    return Nd4j.createFromArray(scores).castTo(DataType.FLOAT).mmul(directions).muli(scale);
  }

  private INDArray scores(INDArray embeddings) {
    DetectorSpec spec = detector.spec();
    if (spec.dummies() != null) {
      return spec.dummies().scores(embeddings);
    }
    Layer classifier = graph.getOutputLayer(0);
    return embeddings.mmul(classifier.getParam("W")).addRowVector(classifier.getParam("b"));
  }

  /** The gradient of each class's score with respect to the embedding, [classes, F]. */
  private INDArray classDirections() {
    DetectorSpec spec = detector.spec();
    if (spec.dummies() == null) {
      return graph.getOutputLayer(0).getParam("W").transpose();
    }
    INDArray vectors = spec.dummies().vectors();
    int classes = spec.classes().size();
    INDArray directions = Nd4j.create(DataType.FLOAT, classes, spec.dummies().size());
    for (int k = 0; k < classes; k++) {
      Slice ones = spec.dummies().ones(k);
      directions.putRow(k, vectors.getRow(k).div(ones.length()));
    }
    return directions;
  }
}
