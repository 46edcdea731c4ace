package io.dmyt.engine;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A graph over the configuration, parameters, gradients and updater of another, so that training
 * one trains both.
 */
abstract class SharingGraph extends ComputationGraph {
  private static final long serialVersionUID = 1L;

  private final transient ComputationGraph source;
  private final transient EngineProvider provider;
  private transient INDArray @Nullable [] currentLabels;
  private transient boolean scoring;

  /**
   * @param provider whose updater takes the place of DL4J's
   */
  SharingGraph(ComputationGraph source, EngineProvider provider) {
    super(source.getConfiguration());
    this.source = source;
    this.provider = provider;
    // DL4J's count leaves out vertices without layers, which may have all of the parameters.
    if (source.params().isEmpty()) {
      init(); // DL4J takes no empty array over double.
    } else {
      init(source.params(), false);
    }
    if (source.getFlattenedGradients() != null) {
      initGradientsView();
    }
    ComputationGraphUpdater updater = source.getUpdater(false);
    if (updater != null) {
      setUpdater(updater);
    }
    setListeners(source.getListeners());
  }

  @Override
  public void initGradientsView() {
    if (source.getFlattenedGradients() == null) {
      source.initGradientsView();
    }
    flattenedGradients = source.getFlattenedGradients();
    // ND4J can't reshape the empty array of a graph without parameters.
    if (!flattenedGradients.isEmpty()) {
      setBackpropGradientsViewArray(flattenedGradients);
    }
  }

  /** DL4J's own leaves out vertices without layers, which may have parameters too. */
  @Override
  public void setBackpropGradientsViewArray(INDArray gradients) {
    INDArray flat = gradients.reshape(gradients.length());
    long position = 0;
    for (int index : topologicalOrder) {
      GraphVertex vertex = vertices[index];
      long end = position + vertex.numParams();
      if (end > position) {
        vertex.setBackpropGradientsViewArray(flat.get(NDArrayIndex.interval(position, end)));
        position = end;
      }
    }
  }

  @Override
  public ComputationGraphUpdater getUpdater(boolean initializeIfAbsent) {
    ComputationGraphUpdater updater = super.getUpdater(false);
    if (updater == null && initializeIfAbsent) {
      updater = provider.updater(this, null);
      super.setUpdater(updater);
    }
    return updater;
  }

  /** DL4J's own updater is replaced by the engine's over the same state. */
  @Override
  public void setUpdater(ComputationGraphUpdater updater) {
    boolean stock = updater != null && updater.getClass() == ComputationGraphUpdater.class;
    super.setUpdater(stock ? provider.updater(this, updater.getUpdaterStateViewArray()) : updater);
  }

  @Override
  public void setLabels(INDArray... labels) {
    super.setLabels(labels);
    currentLabels = labels;
  }

  @Override
  public void setLabel(int labelNum, INDArray label) {
    super.setLabel(labelNum, label);
    if (currentLabels == null) {
      currentLabels = new INDArray[getNumOutputArrays()];
    }
    currentLabels[labelNum] = label;
  }

  @Override
  public double score(MultiDataSet dataSet, boolean training) {
    scoring = true;
    try {
      return super.score(dataSet, training);
    } finally {
      scoring = false;
    }
  }

  /** The labels that were set last. */
  INDArray @Nullable [] labels() {
    return currentLabels;
  }

  /** Whether only the score is asked for, and no activation. */
  boolean scoring() {
    return scoring;
  }
}
