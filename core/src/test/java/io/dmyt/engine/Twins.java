package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.common.util.ArrayUtil;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** A graph twice with equal parameters: DL4J's own, and accelerated. */
public record Twins(ComputationGraph stock, ComputationGraph fast, TestEngine engine)
    implements AutoCloseable {

  /** Parameters are drawn at random, running variances above 0. */
  public static Twins of(ComputationGraphConfiguration configuration, TestEngine engine) {
    ComputationGraph stock = new ComputationGraph(engine.typed(configuration));
    stock.init();
    return drawn(stock, engine);
  }

  /** The same of an initialised graph, whose parameters are drawn anew. */
  public static Twins of(ComputationGraph stock, TestEngine engine) {
    ComputationGraph typed = new ComputationGraph(engine.typed(stock.getConfiguration()));
    typed.init(stock.params().castTo(engine.type()), true);
    return drawn(typed, engine);
  }

  private static Twins drawn(ComputationGraph stock, TestEngine engine) {
    stock
        .paramTable()
        .forEach(
            (name, values) -> {
              INDArray noise = random(name.hashCode(), values.shape());
              if (name.endsWith("_var") || name.endsWith("_gamma")) {
                values.assign(noise.mul(0.4).add(1));
              } else if (!name.endsWith("W")) {
                values.assign(noise.mul(0.3));
              }
            });
    ComputationGraph fast = engine.engine().accelerate(copy(stock));
    assertTrue(Engines.accelerated(fast));
    return new Twins(stock, fast, engine);
  }

  private static ComputationGraph copy(ComputationGraph graph) {
    if (!graph.params().isEmpty()) {
      return graph.clone();
    }
    // DL4J can't clone a graph without parameters over double.
    ComputationGraph copy = new ComputationGraph(graph.getConfiguration().clone());
    copy.init();
    return copy;
  }

  /** Values spread evenly over [-1, 1). */
  public static INDArray random(long seed, long... shape) {
    Random random = new Random(seed);
    float[] values = new float[(int) ArrayUtil.prodLong(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return Nd4j.create(values, shape, 'c');
  }

  public void sameOutput(INDArray... features) {
    for (boolean train : new boolean[] {false, true}) {
      INDArray[] expected = stock.output(train, typed(features));
      INDArray[] found = fast.output(train, typed(features));
      assertEquals(expected.length, found.length);
      for (int i = 0; i < found.length; i++) {
        close(
            "output " + i + (train ? " in training" : ""), expected[i], found[i], tolerance(1e-4));
      }
    }
  }

  /** Gradients of every parameter, the running statistics' updates among them. */
  public void sameGradients(INDArray features, INDArray labels) {
    sameGradients(features, labels, name -> true);
  }

  /**
   * The same where some gradients can't agree as closely.
   *
   * @param smooth whether no jump lies between a parameter and the loss; the others' gradients are
   *     compared as {@link #acrossJumps} says
   */
  public void sameGradients(INDArray features, INDArray labels, Predicate<String> smooth) {
    sameGradients(features, labels, smooth, 0);
  }

  /**
   * The same where few values decide.
   *
   * @param more what the gradients across a jump may differ by besides, as a share of their norm
   */
  public void sameGradients(
      INDArray features, INDArray labels, Predicate<String> smooth, double more) {
    computeGradients(features, labels);
    stock
        .gradient()
        .gradientForVariable()
        .forEach(
            (name, expected) -> {
              double tolerance = smooth.test(name) ? tolerance(2e-4) : acrossJumps() + more;
              close(name, expected, fast.gradient().getGradientFor(name), tolerance);
            });
  }

  private void computeGradients(INDArray features, INDArray labels) {
    for (ComputationGraph graph : List.of(stock, fast)) {
      graph.setInputs(typed(features));
      graph.setLabels(typed(labels));
      graph.computeGradientAndScore();
    }
    assertEquals(stock.score(), fast.score(), tolerance(1e-4) * Math.abs(stock.score()));
    assertEquals(
        stock.gradient().gradientForVariable().keySet(),
        fast.gradient().gradientForVariable().keySet());
  }

  /**
   * What gradients may differ by where the derivative jumps: at a ReLU's kink, or between two
   * maxima. A value that rounding carries across sends its gradient elsewhere. Of values that are
   * off by a share ε of their spread, a share of about ε does, so that the gradients differ by
   * about √ε of their norm. Twice that is let through, which for bfloat16 is a cosine of 0.992.
   */
  private double acrossJumps() {
    boolean half = engine.engine().options().precision() == Precision.BF16;
    return 2 * Math.sqrt(half ? 0x1p-8 : engine.tolerance(1e-4));
  }

  /**
   * What whole networks with kinks are held to: outputs, which hardly heed them, and all gradients
   * together, a cosine of 0.9987. That is more than {@link #acrossJumps}: a deep network of small
   * images has so few values in its last maps that a single one across the kink makes 2 %.
   */
  public void sameAcrossJumps(INDArray features, INDArray labels) {
    sameAcrossJumps(features, labels, 5e-2);
  }

  /** The same within a share of the gradient. */
  public void sameAcrossJumps(INDArray features, INDArray labels, double share) {
    sameOutput(features);
    computeGradients(features, labels);
    close("gradients", learned(stock), learned(fast), share);
  }

  /** All gradients in one vector, without the running statistics' updates. */
  private static INDArray learned(ComputationGraph graph) {
    List<INDArray> all = new ArrayList<>();
    graph
        .gradient()
        .gradientForVariable()
        .forEach(
            (name, gradient) -> {
              if (!name.endsWith("_mean") && !name.endsWith("_var")) {
                all.add(gradient.reshape(gradient.length()));
              }
            });
    return Nd4j.concat(0, all.toArray(INDArray[]::new));
  }

  /**
   * What whole networks are held to: outputs, and in training, where batch norm over a few values
   * blows rounding up, outputs and gradients that are about as close to those in double precision
   * as the stock graph's.
   */
  public void asGoodAsStock(INDArray features, INDArray labels) {
    INDArray[] typed = typed(features);
    close("output", stock.outputSingle(typed), fast.outputSingle(typed), tolerance(1e-4));
    ComputationGraphConfiguration configuration = stock.getConfiguration().clone();
    configuration.setDataType(DataType.DOUBLE);
    ComputationGraph exact = new ComputationGraph(configuration);
    exact.init(stock.params().dup().castTo(DataType.DOUBLE), false);
    List<INDArray> outputs = new ArrayList<>();
    List<INDArray> gradients = new ArrayList<>();
    for (ComputationGraph graph : List.of(exact, stock, fast)) {
      DataType type = graph.getConfiguration().getDataType();
      outputs.add(graph.outputSingle(true, features.castTo(type)));
      graph.setInputs(features.castTo(type));
      graph.setLabels(labels.castTo(type));
      graph.computeGradientAndScore();
      gradients.add(graph.getFlattenedGradients());
    }
    asGood("output in training", outputs);
    asGood("gradients", gradients);
    assertEquals(exact.score(), fast.score(), 1e-3 * Math.abs(exact.score()));
    exact.close();
  }

  private static void asGood(String what, List<INDArray> exactStockFast) {
    INDArray exact = exactStockFast.get(0);
    double usual = distance(exact, exactStockFast.get(1));
    double error = distance(exact, exactStockFast.get(2));
    double size = exact.norm2Number().doubleValue();
    assertTrue(
        error <= 4 * usual + 2e-4 * size,
        () -> what + " off by " + error + " of " + size + ", the stock graph's by " + usual);
  }

  /**
   * The network with swish for ReLU and its kin, whose kinks turn rounding into other gradients:
   * there, two float graphs differ in single values by as much as either from the truth.
   */
  public static ComputationGraph smooth(ComputationGraph graph) {
    ComputationGraphConfiguration configuration = graph.getConfiguration().clone();
    for (GraphVertex vertex : configuration.getVertices().values()) {
      if (vertex instanceof LayerVertex layered) {
        Layer layer = layered.getLayerConf().getLayer();
        if (layer instanceof ActivationLayer activation && kinked(activation.getActivationFn())) {
          activation.setActivationFn(new ActivationSwish());
        } else if (layer instanceof BaseLayer base && kinked(base.getActivationFn())) {
          base.setActivationFn(new ActivationSwish());
        }
      }
    }
    ComputationGraph smooth = new ComputationGraph(configuration);
    smooth.init(graph.params(), true);
    return smooth;
  }

  private static boolean kinked(IActivation function) {
    return function instanceof ActivationReLU
        || function instanceof ActivationReLU6
        || function instanceof ActivationLReLU;
  }

  public void sameTraining(INDArray features, INDArray labels, int steps) {
    for (int i = 0; i < steps; i++) {
      for (ComputationGraph graph : List.of(stock, fast)) {
        graph.fit(new MultiDataSet(typed(features), typed(labels)));
      }
    }
    close("parameters", stock.params(), fast.params(), tolerance(1e-4));
    close("updater's state", stock.updaterState(), fast.updaterState(), tolerance(1e-3));
    assertEquals(stock.getIterationCount(), fast.getIterationCount());
  }

  private double tolerance(double single) {
    return engine.tolerance(single);
  }

  private INDArray[] typed(INDArray... arrays) {
    return Arrays.stream(arrays).map(a -> a.castTo(engine.type())).toArray(INDArray[]::new);
  }

  /** What the engine makes of the first region for one input of the network. */
  public CompiledRegion compiled(boolean training, INDArray features) {
    AcceleratedGraph graph = (AcceleratedGraph) fast;
    RegionRunner runner = graph.runtime().runner(0);
    String input = stock.getConfiguration().getNetworkInputs().get(0);
    List<Long> shape = Arrays.stream(features.shape()).boxed().toList();
    return runner.compiled(training, Map.of(input, shape), runner.region().ends());
  }

  /** What the fast graph is read as. */
  GraphProgram program() {
    return ((AcceleratedGraph) fast).program();
  }

  /** The difference's norm is at most {@code tolerance} times the expected one's. */
  public static void close(String what, INDArray expected, INDArray found, double tolerance) {
    close(what, expected, found, tolerance, 1e-7);
  }

  private static void close(
      String what, INDArray expected, INDArray found, double tolerance, double noise) {
    assertEquals(List.of(box(expected)), List.of(box(found)), what + ": shape");
    double size = expected.castTo(DataType.DOUBLE).norm2Number().doubleValue();
    double difference = distance(expected, found);
    assertTrue(
        difference <= tolerance * size + noise,
        () -> what + " differs by " + difference + " in norm " + size);
  }

  private static double distance(INDArray a, INDArray b) {
    return a.castTo(DataType.DOUBLE).sub(b.castTo(DataType.DOUBLE)).norm2Number().doubleValue();
  }

  private static List<Long> box(INDArray a) {
    return Arrays.stream(a.shape()).boxed().toList();
  }

  @Override
  public void close() {
    fast.close();
    stock.close();
  }
}
