package io.dmyt.engine;

import io.dmyt.engine.ForwardPass.Request;
import io.dmyt.internal.Address;
import java.io.ObjectStreamException;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

// Over 300 lines: it overrides methods of DL4J's that have up to ten parameters.

/**
 * A graph over the parameters of another, whose known regions an engine runs. What is between the
 * regions runs as DL4J's own vertices, and so does everything in a call that engines can't serve:
 * masks, truncated backpropagation, recurrent steps.
 *
 * <p>Public because early stopping calls {@link #clone} by reflection on the class that it finds.
 */
public final class AcceleratedGraph extends SharingGraph {
  private static final long serialVersionUID = 1L;
  private static final Cleaner CLEANER = Cleaner.create();

  private final transient EngineProvider provider;
  private final transient ExecutionOptions options;
  private transient FrozenParameters still = FrozenParameters.NONE;
  private transient GraphProgram program;
  private transient GraphRuntime runtime;
  private transient Cleaner.Cleanable cleanable;
  private final transient GradientViews views = new GradientViews();
  private final transient Object running = new Object();
  private transient @Nullable ForwardPass pending;

  AcceleratedGraph(ComputationGraph source, EngineProvider provider, ExecutionOptions options) {
    super(source, provider);
    this.provider = provider;
    this.options = options;
    program = GraphProgram.of(this, provider, still);
    runtime = new GraphRuntime(program.regions(), provider, typedParameters(), options);
    cleanable = CLEANER.register(this, runtime::close);
  }

  /** See {@link Engines#freeze}. */
  void freeze(FrozenParameters parameters) {
    if (!provider.skipsFrozen() || still.equals(parameters)) {
      return;
    }
    runtime.requireOpen();
    release();
    still = parameters;
    program = GraphProgram.of(this, provider, still);
    runtime = new GraphRuntime(program.regions(), provider, typedParameters(), options);
    cleanable = CLEANER.register(this, runtime::close);
    pending = null;
  }

  /** DL4J gives a graph without parameters an empty array of floats, whatever its type. */
  private INDArray typedParameters() {
    return flattenedParams.isEmpty() ? Nd4j.zeros(configuration.getDataType(), 0) : flattenedParams;
  }

  EngineProvider provider() {
    return provider;
  }

  GraphProgram program() {
    return program;
  }

  GraphRuntime runtime() {
    return runtime;
  }

  /** See {@link Engines#train}. */
  @Nullable DeviceTraining train(List<DeviceTraining.Block> blocks) {
    if (flattenedParams.isEmpty()) {
      return null;
    }
    if (flattenedGradients == null) {
      initGradientsView();
    }
    List<DeviceTraining.Shared> shared = new ArrayList<>();
    for (GraphVertex vertex : vertices) {
      if (vertex.numParams() > 0 && !program.accelerated(vertex.getVertexName())) {
        long bytes = Address.of(vertex.params()) - Address.of(flattenedParams);
        long from = bytes / flattenedParams.dataType().width();
        shared.add(new DeviceTraining.Shared(from, vertex.numParams()));
      }
    }
    return provider.train(flattenedParams, flattenedGradients, blocks, shared);
  }

  /** Frees the engine's memory; the parameters stay. */
  void release() {
    cleanable.clean();
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
    int stop = layerIndex > 0 ? position(layerIndex) : topologicalOrder.length - 1;
    Map<String, INDArray> values = null;
    if (serves(fwdPassType, input, fMask, lMask)) {
      Set<String> wanted = ActivationListeners.present(getListeners()) ? runUntil(stop) : Set.of();
      values = forward(train, wanted, stop, excludeIdxs, input, fMask, lMask, clearInputs);
    }
    if (values != null) {
      return values;
    }
    pending = null;
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
      Set<String> wanted = scoring() ? Set.of() : runUntil(layerIndex);
      values = forward(train, wanted, layerIndex, excludeIdxs, features, fMask, lMask, clearLayers);
    }
    if (values != null) {
      return values;
    }
    pending = null;
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
        stop = Math.max(stop, position(index));
        String name = vertices[index].getVertexName();
        if (program.accelerated(name)) {
          wanted.add(name);
        }
      }
      values = forward(train, wanted, stop, null, features, fMask, lMasks, clearLayerInputs);
    }
    if (values == null) {
      pending = null;
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

  /** The vertices that the engine runs up to a position of the topological order. */
  private Set<String> runUntil(int stop) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i <= stop; i++) {
      String name = vertices[topologicalOrder[i]].getVertexName();
      if (program.accelerated(name)) {
        names.add(name);
      }
    }
    return names;
  }

  /** A vertex's position in the topological order. */
  private int position(int vertexIndex) {
    for (int i = 0; i < topologicalOrder.length; i++) {
      if (topologicalOrder[i] == vertexIndex) {
        return i;
      }
    }
    throw new IllegalArgumentException("no vertex has index " + vertexIndex);
  }

  private boolean serves(
      FwdPassType type, INDArray[] features, INDArray[] fMask, INDArray[] lMask) {
    runtime.requireOpen();
    return type == FwdPassType.STANDARD
        && !given(fMask)
        && !given(lMask)
        && configuration.getBackpropType() != BackpropType.TruncatedBPTT
        && provider.supports(configuration.getDataType())
        && !program.regions().isEmpty()
        && features.length == getNumInputArrays()
        && Arrays.stream(features).noneMatch(f -> f == null || f.isEmpty());
  }

  private static boolean given(INDArray[] masks) {
    return masks != null && Arrays.stream(masks).anyMatch(m -> m != null);
  }

  /**
   * Runs regions and vertices up to a position of the topological order.
   *
   * @return the values of the wanted vertices and of all those that DL4J runs, or null if the
   *     engine can't run these shapes
   */
  private @Nullable Map<String, INDArray> forward(
      boolean train,
      Set<String> wanted,
      int stop,
      int @Nullable [] excluded,
      INDArray[] features,
      INDArray[] fMask,
      INDArray[] lMask,
      boolean clear) {
    setInputs(features);
    setLayerMaskArrays(fMask, lMask);
    Set<Integer> left =
        excluded == null ? Set.of() : Set.copyOf(Arrays.stream(excluded).boxed().toList());
    synchronized (running) {
      pending = null;
      ForwardPass pass =
          new ForwardPass(
              this, program, runtime, new Request(train, wanted, stop, left, clear), workspaces());
      Map<String, INDArray> values = pass.run(features);
      if (values != null && train) {
        pending = pass;
      }
      return values;
    }
  }

  private LayerWorkspaceMgr workspaces() {
    return LayerWorkspaceMgr.noWorkspaces(helperWorkspaces);
  }

  // Backward

  @Override
  protected void calcBackpropGradients(
      boolean clearLayers, boolean truncatedBPTT, INDArray... externalEpsilons) {
    if (pending == null) {
      super.calcBackpropGradients(clearLayers, truncatedBPTT, externalEpsilons);
      return;
    }
    if (flattenedGradients == null) {
      initGradientsView();
    }
    boolean external = externalEpsilons != null && externalEpsilons.length > 0;
    BackwardPass back =
        new BackwardPass(
            this, program, labels(), external ? externalEpsilons : null, workspaces(), views);
    synchronized (running) {
      runtime.requireOpen();
      gradient = back.run(pending, truncatedBPTT, flattenedGradients);
      pending = null;
    }
    if (clearLayers) {
      for (GraphVertex vertex : vertices) {
        vertex.clear();
      }
    }
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
