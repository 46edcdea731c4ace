package io.dmyt.benchmarks;

import io.dmyt.benchmarks.Op.Function;
import java.util.List;

/**
 * A {@link Network} as an ONNX file, with batch normalisation as its own nodes: folding it into the
 * convolutions is left to the runtime, as with a model that others export.
 *
 * <p>Field numbers are those of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>.
 */
final class OnnxModel {
  /** The names of the model's input [batch, 3, size, size] and output [batch, features]. */
  static final String INPUT = "image";

  static final String OUTPUT = "embedding";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int FLOAT = 1;

  private static final int ATTRIBUTE_FLOAT = 1;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;

  private final Network network;
  private final ProtoWriter graph = new ProtoWriter();

  private OnnxModel(Network network) {
    this.network = network;
  }

  /** The bytes of the file, for batches of that size. */
  static byte[] write(Network network, int batch) {
    return new OnnxModel(network).write(batch);
  }

  private byte[] write(int batch) {
    graph.text(2, network.name());
    for (Tensor tensor : network.tensors()) {
      initializer(tensor.name(), tensor.values(), tensor.shape());
    }
    List<Op> ops = network.ops();
    if (ops.stream()
        .anyMatch(op -> op instanceof Op.Activate a && a.function() == Function.RELU6)) {
      // Its bounds; scalars have no dimensions.
      initializer("zero", new float[] {0});
      initializer("six", new float[] {6});
    }
    for (int i = 0; i < ops.size(); i++) {
      node(ops.get(i), value(i + 1));
    }
    emit("Flatten", OUTPUT, attribute("axis", 1), value(ops.size()));
    graph.message(11, valueInfo(INPUT, batch, 3, network.size(), network.size()));
    graph.message(12, valueInfo(OUTPUT, batch, network.features()));
    return new ProtoWriter()
        .integer(1, IR_VERSION)
        .text(2, "dmyt4j")
        .message(7, graph)
        .message(8, new ProtoWriter().text(1, "").integer(2, OPSET))
        .toBytes();
  }

  private void node(Op op, String output) {
    if (op instanceof Op.Conv conv) {
      int before = conv.padBefore();
      int after = conv.padAfter();
      ProtoWriter attributes =
          attributes(
              attribute("kernel_shape", conv.kernel(), conv.kernel()),
              attribute("strides", conv.stride(), conv.stride()),
              attribute("pads", before, before, after, after),
              attribute("group", conv.groups()));
      if (conv.bias()) {
        emit("Conv", output, attributes, value(conv.input()), conv.weightName(), conv.biasName());
      } else {
        emit("Conv", output, attributes, value(conv.input()), conv.weightName());
      }
    } else if (op instanceof Op.BatchNorm norm) {
      emit(
          "BatchNormalization",
          output,
          attribute("epsilon", norm.epsilon()),
          value(norm.input()),
          norm.part("weight"),
          norm.part("bias"),
          norm.part("running_mean"),
          norm.part("running_var"));
    } else if (op instanceof Op.Activate activate) {
      activation(activate.function(), value(activate.input()), output);
    } else if (op instanceof Op.Add add) {
      emit("Add", output, attributes(), value(add.left()), value(add.right()));
    } else if (op instanceof Op.Scale scale) {
      emit("Mul", output, attributes(), value(scale.input()), value(scale.gate()));
    } else if (op instanceof Op.MaxPool pool) {
      int pad = pool.pad();
      ProtoWriter attributes =
          attributes(
              attribute("kernel_shape", pool.kernel(), pool.kernel()),
              attribute("strides", pool.stride(), pool.stride()),
              attribute("pads", pad, pad, pad, pad));
      emit("MaxPool", output, attributes, value(pool.input()));
    } else if (op instanceof Op.Mean mean) {
      emit("GlobalAveragePool", output, attributes(), value(mean.input()));
    } else {
      throw new IllegalStateException("no ONNX counterpart of " + op);
    }
  }

  private void activation(Function function, String input, String output) {
    switch (function) {
      case RELU -> emit("Relu", output, attributes(), input);
      case RELU6 -> emit("Clip", output, attributes(), input, "zero", "six");
      case SIGMOID -> emit("Sigmoid", output, attributes(), input);
      case SILU -> {
        String gate = output + ".gate";
        emit("Sigmoid", gate, attributes(), input);
        emit("Mul", output, attributes(), input, gate);
      }
    }
  }

  private static String value(int index) {
    return index == 0 ? INPUT : "value" + index;
  }

  private void emit(String type, String output, ProtoWriter attributes, String... inputs) {
    ProtoWriter node = new ProtoWriter();
    for (String input : inputs) {
      node.text(1, input);
    }
    node.text(2, output).text(3, output).text(4, type);
    graph.message(1, node.append(attributes));
  }

  private void initializer(String name, float[] values, long... shape) {
    graph.message(
        5,
        new ProtoWriter()
            .integers(1, shape)
            .integer(2, FLOAT)
            .text(8, name)
            .bytes(9, ProtoWriter.littleEndian(values)));
  }

  private static ProtoWriter attributes(ProtoWriter... attributes) {
    ProtoWriter all = new ProtoWriter();
    for (ProtoWriter attribute : attributes) {
      all.append(attribute);
    }
    return all;
  }

  private static ProtoWriter attribute(String name, float value) {
    return wrap(new ProtoWriter().text(1, name).real(2, value).integer(20, ATTRIBUTE_FLOAT));
  }

  private static ProtoWriter attribute(String name, int value) {
    return wrap(new ProtoWriter().text(1, name).integer(3, value).integer(20, ATTRIBUTE_INT));
  }

  private static ProtoWriter attribute(String name, long... values) {
    return wrap(new ProtoWriter().text(1, name).integers(8, values).integer(20, ATTRIBUTE_INTS));
  }

  private static ProtoWriter wrap(ProtoWriter attribute) {
    return new ProtoWriter().message(5, attribute);
  }

  private static ProtoWriter valueInfo(String name, long... shape) {
    ProtoWriter dims = new ProtoWriter();
    for (long d : shape) {
      dims.message(1, new ProtoWriter().integer(1, d));
    }
    ProtoWriter tensor = new ProtoWriter().integer(1, FLOAT).message(2, dims);
    return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
  }
}
