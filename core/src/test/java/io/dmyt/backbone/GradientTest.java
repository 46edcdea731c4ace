package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Backpropagation against finite differences, in double. A step along a random direction through
 * all trainable parameters must change the loss by the gradient's share of it; a wrong derivative
 * anywhere shows. VGG has DL4J's layers alone from 224 pixels on: with two images its 134 million
 * parameters in double, their gradients and the values on the way fit into the tests' memory.
 */
@Tag("slow")
class GradientTest {
  private static final double STEP = 1e-9;

  @ParameterizedTest
  @CsvSource({
    "resnext50_32x4d, 32, 4",
    "densenet121, 32, 4",
    "inception_v3, 75, 4",
    "mobilenetv3_small_100, 32, 4",
    "tf_efficientnet_b0, 33, 4",
    "vgg16_bn, 224, 2"
  })
  void alongARandomDirection(String name, int size, int batch) {
    Backbone backbone =
        Backbones.create(
            name,
            BackboneOptions.defaults()
                .withImageSize(size)
                .withDataType(DataType.DOUBLE)
                .withRandomWeights(false));
    for (NamedParameter parameter : backbone.parameters()) {
      if (parameter.kind() != Kind.COUNTER) {
        backbone.set(parameter.name(), golden(parameter.name(), parameter.shape()));
      }
    }
    backbone.setLoss(new PlainDummyLoss());
    ComputationGraph graph = backbone.graph();
    long[] shape = {batch, 3, size, size};
    INDArray images = Nd4j.create(Golden.images("input", batch, size), shape, 'c');
    graph.setInput(0, images.castTo(DataType.DOUBLE));
    graph.setLabels(
        Nd4j.createFromArray(0.0, 1, 0, 1).get(NDArrayIndex.interval(0, batch)).reshape(batch, 1));

    score(graph);
    double slope = 0;
    for (NamedParameter parameter : backbone.parameters()) {
      if (parameter.kind() == Kind.TRAINABLE) {
        INDArray direction = direction(parameter);
        slope +=
            backbone.gradient(parameter.name()).mul(direction).sumNumber().doubleValue() / batch;
      }
    }
    move(backbone, STEP);
    double after = score(graph);
    move(backbone, -2 * STEP);
    double before = score(graph);
    double expected = (after - before) / (2 * STEP);
    assertEquals(expected, slope, 3e-4 * Math.abs(expected));
  }

  private static double score(ComputationGraph graph) {
    graph.setInput(0, graph.getInput(0));
    graph.computeGradientAndScore();
    return graph.score() - graph.calcRegularizationScore(true);
  }

  private static void move(Backbone backbone, double step) {
    for (NamedParameter parameter : backbone.parameters()) {
      if (parameter.kind() == Kind.TRAINABLE) {
        INDArray value = backbone.get(parameter.name());
        backbone.set(parameter.name(), value.addi(direction(parameter).muli(step)));
      }
    }
  }

  private static INDArray direction(NamedParameter parameter) {
    return golden("direction of " + parameter.name(), parameter.shape());
  }

  private static INDArray golden(String name, long[] shape) {
    return Nd4j.create(Golden.weights(name, shape), shape, 'c').castTo(DataType.DOUBLE);
  }
}
