package io.dmyt.evaluation.explain;

import io.dmyt.DecisionRule;
import io.dmyt.Detector;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Grad-CAM: which places of an image speak for what a network says of it (Selvaraju et al.,
 * <i>Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization</i>, ICCV
 * 2017).
 *
 * <p>Of the number y that is to be explained, and the last feature map A [C, H, W] with more than
 * one place that all of the network's later computation rests on, the heat map is {@code max(0, Σ_c
 * α_c A_c)} with {@code α_c = mean_{h,w} ∂y/∂A_c[h, w]}. The map is found from the graph's shape,
 * and works for any graph of one input and one output layer whose loss layer, or classifier, gets a
 * vector. Of a transformer the tokens of the image's patches are the map.
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
  private final @Nullable Detector detector;
  private @Nullable Tail tail;

  private GradCam(ComputationGraph graph, @Nullable Detector detector) {
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
   * What speaks for fake: explains the rule's logit of P(fake), before calibration, whose positive
   * slope would change nothing; with an SVM that is the fakes' margin.
   *
   * @param images [B, 3, size, size], as the detector's spec says they are preprocessed
   * @return a heat map per image
   * @throws IllegalStateException if the detector has no verdict that could be explained
   */
  public List<HeatMap> fake(INDArray images) {
    DecisionRule rule = detector().rule();
    return explain(images, direction(rule, rule::logitGradient));
  }

  private Detector detector() {
    return Objects.requireNonNull(detector, "explains a graph, not a detector");
  }

  /** A gradient with respect to what a rule judges, taken on to the embedding. */
  private Direction direction(DecisionRule rule, UnaryOperator<INDArray> gradient) {
    return embeddings ->
        detector().embeddingGradient(rule, gradient.apply(detector().input(rule, embeddings)));
  }

  /**
   * What speaks for a class: explains its score, the mean of the embedding over the class's dummy
   * or the classifier's logit. With an SVM it is the class's margin against the real one, and of
   * the real class the fakes' margin turned round.
   *
   * @param images [B, 3, size, size], as the detector's spec says they are preprocessed
   * @param className one of the detector's classes
   * @return a heat map per image
   * @throws IllegalArgumentException if there is no such class
   */
  public List<HeatMap> ofClass(INDArray images, String className) {
    int index = detector().spec().classes().indexOf(className);
    if (index < 0) {
      throw new IllegalArgumentException(
          Text.format("no class %s: there are %s", className, detector().spec().classes()));
    }
    DecisionRule rule = detector().rule();
    return explain(images, direction(rule, features -> rule.scoreGradient(features, index)));
  }

  List<HeatMap> explain(INDArray images, Direction direction) {
    if (tail == null) {
      tail = Tail.of(graph, images);
    }
    INDArray value = tail.map(images);
    INDArray gradient = tail.places().map(tail.gradient(value, direction));
    INDArray map = tail.places().map(value);
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
        throw new IllegalStateException("the network's answer to the image is not a number");
      }
      sum[i] = Math.max(0, sum[i]);
    }
    return new HeatMap(height, width, sum);
  }
}
