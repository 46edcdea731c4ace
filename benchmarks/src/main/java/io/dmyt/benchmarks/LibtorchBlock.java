package io.dmyt.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@link Network} made of DJL's own blocks and functions.
 *
 * <p>Input [N, 3, H, W], output [N, features]. Intermediate values live until the manager of the
 * input closes, as in DJL's {@code SequentialBlock}.
 */
final class LibtorchBlock extends AbstractBlock {
  private final Network network;
  private final Block[] blocks;

  LibtorchBlock(Network network) {
    this.network = network;
    List<Op> ops = network.ops();
    blocks = new Block[ops.size()];
    for (int i = 0; i < blocks.length; i++) {
      if (ops.get(i) instanceof Op.Conv conv) {
        blocks[i] = addChildBlock(conv.name(), convolution(conv));
      } else if (ops.get(i) instanceof Op.BatchNorm norm) {
        blocks[i] = addChildBlock(norm.name(), normalisation(norm));
      }
    }
  }

  /** The parameters under the network's tensor names. */
  Map<String, Parameter> named() {
    Map<String, Parameter> named = new LinkedHashMap<>();
    for (int i = 0; i < blocks.length; i++) {
      if (network.ops().get(i) instanceof Op.Conv conv) {
        named.put(conv.weightName(), blocks[i].getParameters().get("weight"));
        if (conv.bias()) {
          named.put(conv.biasName(), blocks[i].getParameters().get("bias"));
        }
      } else if (network.ops().get(i) instanceof Op.BatchNorm norm) {
        named.put(norm.part("weight"), blocks[i].getParameters().get("gamma"));
        named.put(norm.part("bias"), blocks[i].getParameters().get("beta"));
        named.put(norm.part("running_mean"), blocks[i].getParameters().get("runningMean"));
        named.put(norm.part("running_var"), blocks[i].getParameters().get("runningVar"));
      }
    }
    return named;
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
    NDArray[] values = new NDArray[blocks.length + 1];
    values[0] = inputs.singletonOrThrow();
    for (int i = 0; i < blocks.length; i++) {
      values[i + 1] = apply(i, values, store, training);
    }
    NDArray pooled = values[blocks.length];
    return new NDList(pooled.reshape(pooled.getShape().get(0), network.features()));
  }

  private NDArray apply(int i, NDArray[] values, ParameterStore store, boolean training) {
    Op op = network.ops().get(i);
    if (op instanceof Op.Conv conv) {
      return forward(blocks[i], padded(conv, values[conv.input()]), store, training);
    }
    if (op instanceof Op.BatchNorm norm) {
      return forward(blocks[i], values[norm.input()], store, training);
    }
    if (op instanceof Op.Activate activate) {
      NDArray input = values[activate.input()];
      return switch (activate.function()) {
        case RELU -> Activation.relu(input);
        case RELU6 -> input.clip(0, 6);
        case SILU -> Activation.swish(input, 1);
        case SIGMOID -> Activation.sigmoid(input);
      };
    }
    if (op instanceof Op.Add add) {
      return values[add.left()].add(values[add.right()]);
    }
    if (op instanceof Op.Scale scale) {
      return values[scale.input()].mul(values[scale.gate()]);
    }
    if (op instanceof Op.MaxPool pool) {
      return Pool.maxPool2d(
          values[pool.input()],
          square(pool.kernel()),
          square(pool.stride()),
          square(pool.pad()),
          false);
    }
    if (op instanceof Op.Mean mean) {
      NDArray pooled = Pool.globalAvgPool2d(values[mean.input()]);
      return pooled.reshape(pooled.size(0), pooled.size(1), 1, 1);
    }
    throw new IllegalStateException("no DJL counterpart of " + op);
  }

  private static NDArray forward(
      Block block, NDArray input, ParameterStore store, boolean training) {
    return block.forward(store, new NDList(input), training).singletonOrThrow();
  }

  /** DJL pads both sides alike; what differs is padded beforehand, as timm does. */
  private static NDArray padded(Op.Conv conv, NDArray input) {
    if (conv.padBefore() == conv.padAfter()) {
      return input;
    }
    int before = conv.padBefore();
    int after = conv.padAfter();
    return input.pad(new Shape(before, after, before, after), 0);
  }

  private static Conv2d convolution(Op.Conv conv) {
    return Conv2d.builder()
        .setKernelShape(square(conv.kernel()))
        .setFilters(conv.out())
        .optStride(square(conv.stride()))
        .optPadding(square(conv.padBefore() == conv.padAfter() ? conv.padBefore() : 0))
        .optGroups(conv.groups())
        .optBias(conv.bias())
        .build();
  }

  private static BatchNorm normalisation(Op.BatchNorm norm) {
    return BatchNorm.builder().optEpsilon(norm.epsilon()).optMomentum(1 - norm.momentum()).build();
  }

  private static Shape square(int side) {
    return new Shape(side, side);
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
    for (int i = 0; i < blocks.length; i++) {
      if (network.ops().get(i) instanceof Op.Conv conv) {
        blocks[i].initialize(manager, type, channels(conv.in()));
      } else if (network.ops().get(i) instanceof Op.BatchNorm norm) {
        blocks[i].initialize(manager, type, channels(norm.channels()));
      }
    }
  }

  /** Parameters depend on the channels alone. */
  private static Shape channels(int channels) {
    return new Shape(1, channels, 1, 1);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    return new Shape[] {new Shape(inputShapes[0].get(0), network.features())};
  }
}
