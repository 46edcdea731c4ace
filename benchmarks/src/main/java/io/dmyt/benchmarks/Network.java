package io.dmyt.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * A backbone written down once, free of any engine: the peers' networks are built from this list.
 * It ends in global average pooling and has no classifier.
 *
 * @param name timm's name
 * @param size height and width of the images
 * @param ops operations in order, the last one the pooled embedding
 * @param features length of the embedding
 */
record Network(String name, int size, List<Op> ops, int features) {

  Network {
    ops = List.copyOf(ops);
  }

  /** Every tensor of the network under timm's names, in the order of the operations. */
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
    return tensors().stream().filter(Tensor::trained).mapToLong(Tensor::length).sum();
  }
}
