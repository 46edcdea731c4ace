package io.dmyt.engine;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An engine may write a sum over one of its summands. In the first network it may; each of the
 * others has a value that would be lost too early.
 */
public class SummandsTest {
  private static final int CHANNELS = 32;
  private static final INDArray IMAGES = Twins.random(3, 2, 3, 9, 7);

  @TestFactory
  Stream<DynamicTest> everyEngine() {
    return TestEngine.all().flatMap(SummandsTest::everySum);
  }

  /** All networks on an engine. */
  public static Stream<DynamicTest> everySum(TestEngine engine) {
    return Stream.of(
        sum(
            engine,
            "nobody else reads the summand",
            graph -> plus(conv(conv(graph, "b", "a"), "c", "b"), "sum", "c", "a"),
            "sum"),
        sum(
            engine,
            "the convolution reads the summand",
            graph -> plus(conv(graph, "b", "a"), "sum", "b", "a"),
            "sum"),
        sum(
            engine,
            "the summand is added twice",
            graph -> {
              plus(conv(conv(graph, "b", "a"), "c", "b"), "sum", "c", "a");
              graph.addLayer("tanh", new ActivationLayer(Activation.TANH), "sum");
              return plus(graph, "last", "tanh", "a");
            },
            "last"),
        sum(
            engine,
            "another sum reads the summand",
            graph -> {
              plus(conv(conv(graph, "b", "a"), "c", "b"), "first", "c", "a");
              return plus(conv(conv(graph, "d", "first"), "e", "d"), "second", "e", "a");
            },
            "second"),
        sum(
            engine,
            "an activation reads the summand",
            graph -> {
              plus(conv(conv(graph, "b", "a"), "c", "b"), "sum", "c", "a");
              graph.addLayer("tanh", new ActivationLayer(Activation.TANH), "a");
              return plus(graph, "last", "tanh", "sum");
            },
            "last"),
        sum(
            engine,
            "the summand is an output",
            graph -> plus(conv(conv(graph, "b", "a"), "c", "b"), "sum", "c", "a"),
            "a",
            "sum"),
        sum(
            engine,
            "two convolutions add to one summand",
            graph -> {
              conv(conv(conv(graph, "b", "a"), "c", "b"), "d", "b");
              plus(plus(graph, "first", "c", "a"), "second", "d", "a");
              return plus(graph, "last", "first", "second");
            },
            "last"));
  }

  private static DynamicTest sum(
      TestEngine engine, String name, UnaryOperator<GraphBuilder> body, String... outputs) {
    return dynamicTest(
        name + ", " + engine,
        () -> {
          GraphBuilder graph = new NeuralNetConfiguration.Builder().seed(3).graphBuilder();
          graph.addInputs("in").addLayer("stem", layer(3), "in");
          graph.addLayer("a", new ActivationLayer(Activation.RELU), "stem");
          try (Twins twins = Twins.of(body.apply(graph).setOutputs(outputs).build(), engine)) {
            twins.sameOutput(IMAGES);
          }
        });
  }

  private static GraphBuilder conv(GraphBuilder graph, String name, String from) {
    return graph.addLayer(name, layer(CHANNELS), from);
  }

  private static ConvolutionLayer layer(int in) {
    return new ConvolutionLayer.Builder(3, 3)
        .padding(1, 1)
        .nIn(in)
        .nOut(CHANNELS)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static GraphBuilder plus(GraphBuilder graph, String name, String... summands) {
    return graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), summands);
  }
}
