package io.dmyt.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Milliseconds of one layer in a graph, followed by global pooling and a loss, in each engine.
 *
 * <pre>
 * benchmarks/run jmh LayerBenchmark
 * benchmarks/run jmh LayerBenchmark.forward -p layer=DEPTHWISE -p channels=728 -p size=19
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LayerBenchmark {

  /** The layer under test; it keeps channels and size, except that pooling halves the size. */
  public enum LayerKind {
    CONV3X3,
    CONV1X1,
    DEPTHWISE,
    NORM_RELU,
    MAX_POOL
  }

  /** Which layer. */
  @Param({"CONV3X3", "CONV1X1", "DEPTHWISE", "NORM_RELU", "MAX_POOL"})
  public LayerKind layer;

  /** Images at a time. */
  @Param("8")
  public int batch;

  /** Channels in and out. */
  @Param("128")
  public int channels;

  /** Height and width. */
  @Param("37")
  public int size;

  /** What runs the graph. */
  @Param({"DL4J", "ONEDNN"})
  public GraphEngine engine;

  private ComputationGraph stock;
  private ComputationGraph graph;
  private INDArray input;
  private INDArray labels;

  /** Builds the graph on random data. */
  @Setup
  public void open() {
    stock = new ComputationGraph(configuration());
    stock.init();
    graph = engine.open(stock, 0);
    input = Nd4j.rand(batch, channels, size, size).subi(0.5);
    labels = Nd4j.zeros(batch, channels);
  }

  /** Frees native memory. */
  @TearDown
  public void close() {
    engine.close(graph);
    stock.close();
  }

  /** Inference. */
  @Benchmark
  public INDArray forward() {
    return graph.output(false, input)[0];
  }

  /** Forward and backward in training mode, without an update. */
  @Benchmark
  public double forwardBackward() {
    graph.setInput(0, input);
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    return graph.score();
  }

  private ComputationGraphConfiguration configuration() {
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new NoOp())
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.convolutional(size, size, channels));
    addLayer(builder);
    return builder
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "out")
        .addLayer(
            "loss",
            new LossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build(),
            "pool")
        .setOutputs("loss")
        .build();
  }

  private void addLayer(ComputationGraphConfiguration.GraphBuilder builder) {
    switch (layer) {
      case CONV3X3 -> builder.addLayer("out", convolution(3, 1), "in");
      case CONV1X1 -> builder.addLayer("out", convolution(1, 0), "in");
      case DEPTHWISE ->
          builder.addLayer(
              "out",
              new DepthwiseConvolution2D.Builder()
                  .kernelSize(3, 3)
                  .stride(1, 1)
                  .padding(1, 1)
                  .depthMultiplier(1)
                  .nOut(channels)
                  .hasBias(false)
                  .activation(Activation.IDENTITY)
                  .build(),
              "in");
      case NORM_RELU ->
          builder
              .addLayer("norm", new BatchNormalization.Builder().build(), "in")
              .addLayer("out", new ActivationLayer(Activation.RELU), "norm");
      case MAX_POOL ->
          builder.addLayer(
              "out",
              new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                  .kernelSize(3, 3)
                  .stride(2, 2)
                  .padding(1, 1)
                  .build(),
              "in");
    }
  }

  private ConvolutionLayer convolution(int kernel, int padding) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(1, 1)
        .padding(padding, padding)
        .nOut(channels)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .build();
  }
}
