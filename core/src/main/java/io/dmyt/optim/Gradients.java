package io.dmyt.optim;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The gradients of a graph as a whole: their length, their sum over several batches, and the
 * parameters a step uphill. Batch norm's running statistics, whose "gradients" are what to subtract
 * from them, have no part in the lengths, and are updated with every batch.
 */
public final class Gradients {
  private static final long FEW = 1 << 10;

  private final GraphOptimizer optimizer;
  private final ComputationGraph graph;
  private @Nullable List<INDArray> sums;
  private @Nullable INDArray parameters;
  private @Nullable INDArray viewed;
  private @Nullable INDArray view;

  /**
   * @param optimizer of the graph whose gradients they are
   */
  public Gradients(GraphOptimizer optimizer) {
    this.optimizer = optimizer;
    graph = optimizer.graph;
  }

  /** The length of the gradient, all parameters taken together; NaN where one is. */
  public double length() {
    double squares = 0;
    for (ParameterBlocks.Block block : optimizer.blocks()) {
      if (block.state() != null) {
        double length = block.gradient().norm2Number().doubleValue();
        squares += length * length;
      }
    }
    return Math.sqrt(squares);
  }

  /** Adds the graph's gradients to a sum, and updates the running statistics by this batch. */
  public void add() {
    List<ParameterBlocks.Block> blocks = optimizer.blocks();
    boolean first = sums == null;
    List<INDArray> all = sums == null ? new ArrayList<>() : sums;
    for (int i = 0; i < blocks.size(); i++) {
      ParameterBlocks.Block block = blocks.get(i);
      if (block.state() == null) {
        block.parameter().subi(block.gradient());
      }
      if (first) {
        all.add(block.state() == null ? block.gradient() : block.gradient().dup());
      } else if (block.state() != null) {
        all.get(i).addi(block.gradient());
      }
    }
    sums = all;
  }

  /**
   * Puts the sum in the gradients' place, and 0 where running statistics would be updated once
   * more.
   *
   * @throws IllegalStateException if nothing was added
   */
  public void takeSum() {
    List<ParameterBlocks.Block> blocks = optimizer.blocks();
    List<INDArray> all = sums;
    if (all == null) {
      throw new IllegalStateException("no gradient was added");
    }
    for (int i = 0; i < blocks.size(); i++) {
      ParameterBlocks.Block block = blocks.get(i);
      if (block.state() == null) {
        block.gradient().assign(0);
      } else {
        block.gradient().assign(all.get(i));
        all.get(i).close();
      }
    }
    sums = null;
  }

  /** Forgets the sum. */
  public void forgetSum() {
    if (sums != null) {
      for (int i = 0; i < sums.size(); i++) {
        if (optimizer.blocks().get(i).state() != null) {
          sums.get(i).close();
        }
      }
      sums = null;
    }
  }

  /**
   * Moves the parameters uphill, along the gradient, and updates the running statistics.
   *
   * @param distance how far: the length of the step, all parameters taken together
   */
  public void climb(double distance) {
    double length = length();
    parameters = graph.params().dup();
    for (ParameterBlocks.Block block : optimizer.blocks()) {
      if (block.state() == null) {
        block.parameter().subi(block.gradient());
      } else if (length > 0) {
        INDArray step = block.gradient().mul(distance / length);
        block.parameter().addi(step);
        step.close();
      }
    }
  }

  /**
   * Puts the parameters back to where they were before {@link #climb}. The running statistics stay
   * as they are now, and the next step leaves them alone.
   *
   * @throws IllegalStateException if there was no climb
   */
  public void climbDown() {
    INDArray before = parameters;
    if (before == null) {
      throw new IllegalStateException("call climb() first");
    }
    INDArray flat = before.reshape(before.length());
    for (ParameterBlocks.Block block : optimizer.blocks()) {
      long length = block.parameter().length();
      if (block.state() == null) {
        block.gradient().assign(0);
      } else {
        block
            .parameter()
            .assign(flat.get(NDArrayIndex.interval(block.from(), block.from() + length)));
      }
    }
    before.close();
    parameters = null;
  }

  /**
   * Whether the gradient is finite where a fault of any layer shows: at the first layer, through
   * which all that went wrong on the way back has passed.
   */
  public boolean isFiniteAtInput() {
    INDArray first = atInput();
    return first == null || Double.isFinite(first.sumNumber().doubleValue());
  }

  @SuppressWarnings("ReferenceEquality") // Equal arrays may lie elsewhere.
  private @Nullable INDArray atInput() {
    for (ParameterBlocks.Block block : optimizer.blocks()) {
      if (block.state() != null) {
        if (viewed != block.gradient()) {
          viewed = block.gradient();
          view = viewed.get(NDArrayIndex.interval(0, Math.min(FEW, viewed.length())));
        }
        return view;
      }
    }
    return null;
  }

  /** A layer's name and the length of its gradient. */
  private record OfLayer(String name, double length) {}

  /** The layers with the longest gradients, those that are not finite first, in words. */
  public String longest(int count) {
    List<OfLayer> all = new ArrayList<>();
    for (Layer layer : graph.getLayers()) {
      INDArray gradient = layer.getGradientsViewArray();
      if (gradient != null && !gradient.isEmpty()) {
        double length = gradient.norm2Number().doubleValue();
        all.add(new OfLayer(layer.conf().getLayer().getLayerName(), length));
      }
    }
    return all.stream()
        .sorted(
            Comparator.comparingDouble(
                l -> Double.isNaN(l.length) ? Double.NEGATIVE_INFINITY : -l.length))
        .limit(count)
        .map(l -> Text.format("%s (%.3g)", l.name, l.length))
        .reduce((a, b) -> a + ", " + b)
        .orElse("none");
  }
}
