package io.dmyt.backbone;

import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.checkpoint.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer from a network's embedding to classes, under whatever name.
 *
 * @param weight the name of its weights, [outputs, embedding size] with ones behind or without
 * @param bias the name of its bias, of as many values as outputs; null if it has none
 */
record LinearHead(String weight, @Nullable String bias, int outputs) {
  private static final String WEIGHT = "weight";
  private static final Pattern NAMED =
      Pattern.compile(
          "(^|[._])(fc\\d*|cls|classif\\w*|heads?|last_linear|last_layer|linear|logits?|mlp|out)"
              + "([._]|$)");

  /** All among the names. */
  static List<LinearHead> all(List<String> names, TensorSet set, int embedding) {
    List<LinearHead> heads = new ArrayList<>();
    for (String name : names) {
      TensorType type = set.type(name);
      if (name.endsWith(WEIGHT) && isLinear(type, embedding)) {
        String bias = name.substring(0, name.length() - WEIGHT.length()) + "bias";
        long outputs = type.shape().get(0);
        boolean biased = names.contains(bias);
        // A bias of another length belongs to a layer that computes something else.
        if (!biased || set.type(bias).length() == outputs) {
          heads.add(new LinearHead(name, biased ? bias : null, Math.toIntExact(outputs)));
        }
      }
    }
    return heads;
  }

  private static boolean isLinear(TensorType type, int embedding) {
    List<Long> shape = type.shape();
    return type.dtype().isFloating()
        && (shape.size() == 2 || (shape.size() == 4 && shape.get(2) == 1 && shape.get(3) == 1))
        && shape.get(1) == embedding
        && shape.get(0) > 0
        && shape.get(0) <= Integer.MAX_VALUE;
  }

  /** The layer's name. */
  String module() {
    return weight.substring(0, Math.max(0, weight.lastIndexOf('.')));
  }

  /** What the layer's name has before its last part, with the dot; empty if there is none. */
  String parent() {
    return weight.substring(0, module().lastIndexOf('.') + 1);
  }

  /** Whether a name is usual for a part of a head. */
  static boolean isUsualName(String name) {
    return NAMED.matcher(name).find();
  }

  /** Whether it decides between so many classes: one output of a sigmoid between two. */
  boolean decides(int classes) {
    return outputs == classes || (outputs == 1 && classes == 2);
  }

  /**
   * Its weights [classes, embedding size] and bias [classes], in this order. A sigmoid is the
   * softmax of 0 and its input: its class is the second, the first one's weights are zeros.
   */
  List<Tensor> tensors(StateDict tensors, int classes) {
    Tensor w = tensors.get(weight);
    Optional<Tensor> b = Optional.ofNullable(bias).map(tensors::get);
    int width = Math.toIntExact(w.length() / outputs);
    if (outputs == classes) {
      Tensor zeros = Tensor.of(new float[classes], classes);
      return List.of(w.reshape(classes, width), b.map(t -> t.reshape(classes)).orElse(zeros));
    }
    return List.of(
        Tensor.of(afterZeros(w.floats()), 2, width),
        Tensor.of(afterZeros(b.map(Tensor::floats).orElse(new float[1])), 2));
  }

  private static float[] afterZeros(float[] row) {
    float[] rows = Arrays.copyOf(new float[row.length], 2 * row.length);
    System.arraycopy(row, 0, rows, row.length, row.length);
    return rows;
  }
}
