package io.dmyt.benchmarks;

import io.dmyt.backbone.Backbones;
import java.util.ArrayList;
import java.util.List;

/**
 * A backbone without classifier. Most are written down once, free of any engine: the peers'
 * networks are built from this list, which ends in global average pooling. Of the others, ours and
 * Python's are compared alone.
 *
 * @param name timm's name
 * @param size height and width of the images
 * @param ops operations in order, the last one the pooled embedding; none if they aren't written
 * @param features length of the embedding
 */
record Network(String name, int size, List<Op> ops, int features) {

  Network {
    ops = List.copyOf(ops);
  }

  /** Whether its operations are written down, for peers to build it from. */
  boolean isWritten() {
    return !ops.isEmpty();
  }

  /**
   * Every tensor of a network whose operations are written down, under timm's names and in the
   * operations' order.
   */
  List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
    for (Op op : ops) {
      if (op instanceof Op.Conv conv) {
        tensors.add(new Tensor(conv.weightName(), true, conv.weightShape()));
        if (conv.bias()) {
          tensors.add(new Tensor(conv.biasName(), true, conv.out()));
        }
      } else if (op instanceof Op.BatchNorm norm) {
        tensors.add(new Tensor(norm.part("weight"), true, norm.channels()));
        tensors.add(new Tensor(norm.part("bias"), true, norm.channels()));
        tensors.add(new Tensor(norm.part("running_mean"), false, norm.channels()));
        tensors.add(new Tensor(norm.part("running_var"), false, norm.channels()));
      }
    }
    return tensors;
  }

  /** Number of trained parameters. */
  long parameters() {
    if (!isWritten()) {
      return Backbones.spec(name).parameters();
    }
    return tensors().stream().filter(Tensor::trained).mapToLong(Tensor::length).sum();
  }
}
