package io.dmyt.engine.onednn;

import io.dmyt.optim.FusedUpdater;
import java.io.ObjectStreamException;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A graph over the parameters, gradients, configuration and updater of another, whose known region
 * runs in oneDNN. What lies behind that region runs as DL4J's own vertices, and so does everything
 * in a call that the engine can't serve: masks, truncated backpropagation, recurrent steps.
 *
 * <p>Public because early stopping calls {@link #clone} by reflection on the class that it finds.
 */
public final class AcceleratedGraph extends ComputationGraph {
  private static final long serialVersionUID = 1L;
  private static final Cleaner CLEANER = Cleaner.create();

  private final transient ComputationGraph source;
  private final transient Engine engine;
  private final transient Cleaner.Cleanable cleanable;
  private final transient FallbackVertices strangers;
  private transient INDArray[] currentLabels;
  private transient boolean scoring;

  AcceleratedGraph(ComputationGraph source, Options options, Plan plan) {
    super(source.getConfiguration());
    this.source = source;
    init(source.params(), false);
    if (source.getFlattenedGradients() != null) {
      initGradientsView();
    }
    ComputationGraphUpdater updater = source.getUpdater(false);
    if (updater != null) {
      setUpdater(updater);
    }
    setListeners(source.getListeners());
    Region region = Region.of(this);
    strangers = new FallbackVertices(this, region);
    engine = new Engine(region, strangers.ends(), flattenedParams, plan, options.threads());
    cleanable = CLEANER.register(this, engine::close);
  }

  Engine engine() {
    return engine;
  }

  /** The vertices of the region that something outside it reads. */
  Set<String> ends() {
    return strangers.ends();
  }

  /** Frees the engine's memory; the parameters stay. */
  void release() {
    cleanable.clean();
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

  @Override
  public ComputationGraphUpdater getUpdater(boolean initializeIfAbsent) {
    ComputationGraphUpdater updater = super.getUpdater(false);
    if (updater == null && initializeIfAbsent) {
      updater = new FusedUpdater(this, null);
      super.setUpdater(updater);
    }
    return updater;
  }

  /** DL4J's own updater is replaced by one over the same state. */
  @Override
  public void setUpdater(ComputationGraphUpdater updater) {
    boolean stock = updater != null && updater.getClass() == ComputationGraphUpdater.class;
    super.setUpdater(stock ? new FusedUpdater(this, updater.getUpdaterStateViewArray()) : updater);
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

  // Forward

  @Override
  protected synchronized Map<String, INDArray> ffToLayerActivationsInWS(
      boolean train,
      int layerIndex,
      int[] excludeIdxs,
      FwdPassType fwdPassType,
      boolean storeLastForTBPTT,
      INDArray[] input,
      INDArray[] fMask,
      INDArray[] lMask,
      boolean clearInputs) {
    int stop = layerIndex > 0 ? strangers.position(layerIndex) : topologicalOrder.length - 1;
    Map<String, INDArray> values = null;
    if (serves(fwdPassType, input, fMask, lMask)) {
      Set<String> wanted = listened() ? runUntil(stop) : Set.of();
      values = forward(train, wanted, stop, excludeIdxs, input, fMask, lMask, clearInputs);
    }
    if (values != null) {
      return values;
    }
    engine.forget();
    return super.ffToLayerActivationsInWS(
        train,
        layerIndex,
        excludeIdxs,
        fwdPassType,
        storeLastForTBPTT,
        input,
        fMask,
        lMask,
        clearInputs);
  }

  @Override
  protected synchronized Map<String, INDArray> ffToLayerActivationsDetached(
      boolean train,
      FwdPassType fwdPassType,
      boolean storeLastForTBPTT,
      int layerIndex,
      int[] excludeIdxs,
      INDArray[] features,
      INDArray[] fMask,
      INDArray[] lMask,
      boolean clearLayers) {
    Map<String, INDArray> values = null;
    if (serves(fwdPassType, features, fMask, lMask)
        && layerIndex >= 0
        && layerIndex < topologicalOrder.length) {
      Set<String> wanted = scoring ? Set.of() : runUntil(layerIndex);
      values = forward(train, wanted, layerIndex, excludeIdxs, features, fMask, lMask, clearLayers);
    }
    if (values != null) {
      return values;
    }
    engine.forget();
    return super.ffToLayerActivationsDetached(
        train,
        fwdPassType,
        storeLastForTBPTT,
        layerIndex,
        excludeIdxs,
        features,
        fMask,
        lMask,
        clearLayers);
  }

  @Override
  protected INDArray[] outputOfLayersDetached(
      boolean train,
      FwdPassType fwdPassType,
      int[] layerIndexes,
      INDArray[] features,
      INDArray[] fMask,
      INDArray[] lMasks,
      boolean clearLayerInputs,
      boolean detachedInputs,
      MemoryWorkspace outputWorkspace) {
    Map<String, INDArray> values = null;
    if (serves(fwdPassType, features, fMask, lMasks)) {
      Set<String> wanted = new HashSet<>();
      int stop = -1;
      for (int index : layerIndexes) {
        stop = Math.max(stop, strangers.position(index));
        String name = vertices[index].getVertexName();
        if (engine.region().runs(name)) {
          wanted.add(name);
        }
      }
      values = forward(train, wanted, stop, null, features, fMask, lMasks, clearLayerInputs);
    }
    if (values == null) {
      engine.forget();
      return super.outputOfLayersDetached(
          train,
          fwdPassType,
          layerIndexes,
          features,
          fMask,
          lMasks,
          clearLayerInputs,
          detachedInputs,
          outputWorkspace);
    }
    INDArray[] outputs = new INDArray[layerIndexes.length];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = values.get(vertices[layerIndexes[i]].getVertexName());
    }
    return outputs;
  }

  /** The vertices of the region up to a position of the topological order. */
  private Set<String> runUntil(int stop) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i <= stop; i++) {
      String name = vertices[topologicalOrder[i]].getVertexName();
      if (engine.region().runs(name)) {
        names.add(name);
      }
    }
    return names;
  }

  /** Whether a listener wants to see the activations of a training step. */
  private boolean listened() {
    for (TrainingListener listener : getListeners()) {
      try {
        Class<?> by =
            listener
                .getClass()
                .getMethod("onForwardPass", org.deeplearning4j.nn.api.Model.class, Map.class)
                .getDeclaringClass();
        if (by != BaseTrainingListener.class && by != TrainingListener.class) {
          return true;
        }
      } catch (NoSuchMethodException e) {
        return true;
      }
    }
    return false;
  }

  private boolean serves(
      FwdPassType type, INDArray[] features, INDArray[] fMask, INDArray[] lMask) {
    if (engine.closed()) {
      throw new IllegalStateException("the graph's oneDNN engine is closed");
    }
    if (type != FwdPassType.STANDARD
        || given(fMask)
        || given(lMask)
        || configuration.getBackpropType() == BackpropType.TruncatedBPTT
        || configuration.getDataType() != DataType.FLOAT
        || engine.region().empty()) {
      return false;
    }
    for (INDArray f : features) {
      if (f == null || f.rank() != 4 || f.isEmpty()) {
        return false;
      }
    }
    return features.length == getNumInputArrays();
  }

  private static boolean given(INDArray[] masks) {
    return masks != null && Arrays.stream(masks).anyMatch(m -> m != null);
  }

  /**
   * Runs the region and the vertices behind it up to a position of the topological order.
   *
   * @return the values of the wanted vertices, the region's ends and all vertices behind it, or
   *     null if the engine can't run these shapes
   */
  @SuppressWarnings("try")
  private Map<String, INDArray> forward(
      boolean train,
      Set<String> requested,
      int stop,
      int[] excluded,
      INDArray[] features,
      INDArray[] fMask,
      INDArray[] lMask,
      boolean clear) {
    boolean back = train && stop == topologicalOrder.length - 1;
    Set<String> wanted = new HashSet<>(requested);
    wanted.addAll(back ? ends() : strangers.reads(stop));
    Map<String, INDArray> values = new LinkedHashMap<>();
    if (!wanted.isEmpty()) {
      List<INDArray> rows = new ArrayList<>();
      try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
        for (INDArray f : features) {
          rows.add(rowMajor(f));
        }
      }
      Map<String, INDArray> computed = engine.forward(train, wanted, rows);
      if (computed == null) {
        return null;
      }
      values.putAll(computed);
    }
    setInputs(features);
    setLayerMaskArrays(fMask, lMask);
    Set<Integer> left =
        excluded == null ? Set.of() : Set.copyOf(Arrays.stream(excluded).boxed().toList());
    strangers.forward(train, stop, left, features, values, clear, workspaces());
    return values;
  }

  private LayerWorkspaceMgr workspaces() {
    return LayerWorkspaceMgr.noWorkspaces(helperWorkspaces);
  }

  private static INDArray rowMajor(INDArray a) {
    INDArray floats = a.castTo(DataType.FLOAT);
    return floats.ordering() == 'c' && Shape.hasDefaultStridesForShape(floats)
        ? floats
        : floats.dup('c');
  }

  // Backward

  @Override
  @SuppressWarnings("try")
  protected void calcBackpropGradients(
      boolean clearLayers, boolean truncatedBPTT, INDArray... externalEpsilons) {
    if (!engine.pending()) {
      super.calcBackpropGradients(clearLayers, truncatedBPTT, externalEpsilons);
      return;
    }
    if (flattenedGradients == null) {
      initGradientsView();
    }
    boolean external = externalEpsilons != null && externalEpsilons.length > 0;
    FallbackVertices.Errors errors =
        strangers.backward(
            currentLabels, external ? externalEpsilons : null, truncatedBPTT, workspaces());
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      Map<String, INDArray> atEnds = new HashMap<>();
      errors.atEnds().forEach((end, epsilon) -> atEnds.put(end, rowMajor(epsilon)));
      engine.backward(atEnds, flattenedGradients);
    }
    gradient = gradients(errors.gradients());
    engine.forget();
    if (clearLayers) {
      for (GraphVertex vertex : vertices) {
        vertex.clear();
      }
    }
  }

  private Gradient gradients(Map<Integer, Gradient> own) {
    Gradient all = new DefaultGradient(flattenedGradients);
    for (int index : topologicalOrder) {
      GraphVertex vertex = vertices[index];
      String prefix = vertex.getVertexName() + "_";
      if (own.containsKey(index)) {
        Gradient g = own.get(index);
        g.gradientForVariable()
            .forEach(
                (key, array) ->
                    all.setGradientFor(prefix + key, array, g.flatteningOrderForVariable(key)));
      } else if (engine.region().runs(vertex.getVertexName())
          && vertex.hasLayer()
          && vertex.getLayer().numParams() > 0) {
        Layer layer = vertex.getLayer();
        layer
            .conf()
            .getLayer()
            .initializer()
            .getGradientsFromFlattened(layer.conf(), layer.getGradientsViewArray())
            .forEach((key, array) -> all.setGradientFor(prefix + key, array));
      }
    }
    return all;
  }

  /** A stock graph with parameters and updater of its own. */
  @Override
  public ComputationGraph clone() {
    return super.clone();
  }

  @Override
  public void close() {
    release();
    super.close();
  }

  /** What is written by Java's serialisation is a stock graph. */
  private Object writeReplace() throws ObjectStreamException {
    return clone();
  }
}
