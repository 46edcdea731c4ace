package io.dmyt.backbone;

import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.OutputLayer;

/**
 * A network's linear classifier under its names in the state dict. A distilled transformer has two,
 * one for each of its leading tokens, and answers with their mean. In the graph these are one dense
 * layer without biases: {@link io.dmyt.backbone.layer.HeadsInput} says over what.
 *
 * @param weight how its weights are drawn from their shape
 * @param bias the same of its biases
 */
record Classifier(
    BackboneSpec spec, int classes, Function<long[], Init> weight, Function<long[], Init> bias) {
  private static final String SECOND = "_dist";
  private static final String KEY = "W";

  /** Whether a tensor of that name is the classifier's, or one of the two. */
  static boolean owns(BackboneSpec spec, String name) {
    return name.startsWith(spec.classifier() + ".") || name.startsWith(second(spec) + ".");
  }

  /** The name of a distilled network's second classifier. */
  static String second(BackboneSpec spec) {
    return spec.classifier() + SECOND;
  }

  /** Whether the network has two. */
  static boolean isDouble(Model model) {
    BackboneOptions options = BackboneOptions.defaults().withClasses(2);
    String weight = second(model.spec()) + ".weight";
    return Architecture.of(model, options).bindings().stream()
        .anyMatch(binding -> binding.parameter().name().equals(weight));
  }

  /**
   * Embeddings of length 1 are one vector.
   *
   * @throws IllegalArgumentException if the network has two classifiers
   */
  static void requireOne(BackboneSpec spec, boolean two) {
    if (two) {
      throw new IllegalArgumentException(
          spec.name() + " has two classifiers, which don't go with embeddings of length 1");
    }
  }

  /** Adds its parameters; the layout is that of its weights where there is one. */
  void bind(BindingList bindings, Layout layout, boolean two) {
    String first = spec.classifier();
    if (two) {
      bind(bindings, first, Layout.FIRST_HEAD, KEY, Layout.FIRST_HEAD_BIAS);
      bind(bindings, second(spec), Layout.SECOND_HEAD, KEY, Layout.SECOND_HEAD_BIAS);
    } else {
      bind(bindings, first, layout, "b", Layout.VECTOR);
    }
  }

  private void bind(
      BindingList bindings, String name, Layout layout, String biasKey, Layout biasLayout) {
    long size = spec.embeddingSize();
    long[] shape =
        layout == Layout.DENSE_AS_CONVOLUTION
            ? new long[] {classes, size, 1, 1}
            : new long[] {classes, size};
    List<String> vertex = List.of(spec.classifier());
    bindings.bind(name + ".weight", vertex, KEY, layout, weight.apply(shape), shape);
    bindings.bind(name + ".bias", vertex, biasKey, biasLayout, bias.apply(shape), classes);
  }

  OutputLayer layer(boolean two) {
    int in = spec.embeddingSize();
    return Head.classifier(two ? 2 * in + 2 : in, classes, !two);
  }
}
