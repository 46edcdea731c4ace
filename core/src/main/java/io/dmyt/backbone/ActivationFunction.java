package io.dmyt.backbone;

import io.dmyt.backbone.layer.Gelu;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.nd4j.linalg.activations.Activation;

/** The activation functions of the families, from DL4J's own parts where it has them. */
public enum ActivationFunction {
  /** max(x, 0). */
  RELU {
    @Override
    String add(VertexBuilder net, String name, String from) {
      return net.activation(name, from, Activation.RELU);
    }
  },
  /** x where it is positive, else 0.01 · x. */
  LEAKY_RELU {
    @Override
    String add(VertexBuilder net, String name, String from) {
      return net.activation(name, from, Activation.LEAKYRELU);
    }
  },
  /** x where it is positive, else exp(x) − 1. */
  ELU {
    @Override
    String add(VertexBuilder net, String name, String from) {
      return net.activation(name, from, Activation.ELU);
    }
  },
  /** min(max(x, 0), 6). */
  RELU6 {
    @Override
    String add(VertexBuilder net, String name, String from) {
      return net.activation(name, from, Activation.RELU6);
    }
  },
  /** 1 / (1 + exp(−x)). */
  SIGMOID {
    @Override
    String add(VertexBuilder net, String name, String from) {
      return net.activation(name, from, Activation.SIGMOID);
    }
  },
  /** x · sigmoid(x), which DL4J calls swish. */
  SILU {
    @Override
    String add(VertexBuilder net, String name, String from) {
      return net.activation(name, from, Activation.SWISH);
    }
  },
  /** x · Φ(x), by the error function. */
  GELU {
    @Override
    String add(VertexBuilder net, String name, String from) {
      return net.vertex(name, new Gelu(), from);
    }
  },
  /**
   * relu6(x + 3) / 6. DL4J's hard sigmoid is another one, clip(0.2 y + 0.5, 0, 1): of y = 5/6 x it
   * is this one.
   */
  HARD_SIGMOID {
    @Override
    String add(VertexBuilder net, String name, String from) {
      String scaled = net.vertex(name + ".scale", new ScaleVertex(5.0 / 6), from);
      return net.activation(name, scaled, Activation.HARDSIGMOID);
    }
  },
  /** x · relu6(x + 3) / 6. */
  HARD_SWISH {
    @Override
    String add(VertexBuilder net, String name, String from) {
      String gate = HARD_SIGMOID.add(net, name + ".gate", from);
      return net.multiply(name, from, gate);
    }
  };

  abstract String add(VertexBuilder net, String name, String from);
}
