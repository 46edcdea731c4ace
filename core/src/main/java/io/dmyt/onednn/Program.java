package io.dmyt.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_wait;

import io.dmyt.onednn.Emitter.Kernel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A region written down for inputs of given shapes: steps over tensors whose places in the arena
 * are decided once. Programs of one arena overwrite each other's tensors.
 */
final class Program implements AutoCloseable {

  /** A tensor over a parameter's gradient. */
  record Target(Tensor tensor, Op.Parameter parameter) {}

  private final NativeScope scope;
  private final Arena arena;
  private final Arena.Layout layout;
  private final List<Runnable> prepare;
  private final List<Runnable> forward;
  private final List<Runnable> backward;
  private final List<Tensor> tensors;
  private final List<Tensor> scratchpads;
  private final long scratchBytes;
  private final Map<Integer, Tensor> inputs;
  private final Map<String, Tensor> outputs;
  private final Map<String, Tensor> epsilons;
  private final List<Target> targets;
  private final Set<String> flat;
  private final Map<String, String> fused;
  private final List<Kernel> kernels;

  private long boundAt;
  private boolean prepared;
  private long fingerprint;

  Program(
      NativeScope scope,
      Emitter emitter,
      Arena arena,
      List<Runnable> prepare,
      List<Runnable> forward,
      List<Runnable> backward,
      Map<Integer, Tensor> inputs,
      Map<String, Tensor> outputs,
      Map<String, Tensor> epsilons,
      List<Target> targets,
      Set<String> flat,
      Map<String, String> fused) {
    this.scope = scope;
    this.arena = arena;
    this.prepare = prepare;
    this.forward = forward;
    this.backward = backward;
    this.tensors = emitter.tensors();
    this.scratchpads = emitter.scratchpads();
    this.scratchBytes = emitter.scratchBytes();
    this.kernels = emitter.kernels();
    this.inputs = inputs;
    this.outputs = outputs;
    this.epsilons = epsilons;
    this.targets = targets;
    this.flat = flat;
    this.fused = fused;
    this.layout = new Arena.Layout(tensors);
  }

  /** Bytes of the arena that it needs. */
  long bytes() {
    return layout.bytes() + scratchBytes;
  }

  List<Kernel> kernels() {
    return kernels;
  }

  /** Vertices that another vertex's primitive does, with what is to be said about it. */
  Map<String, String> fused() {
    return fused;
  }

  /** Whether it keeps weights in another form than the network does. */
  boolean prepares() {
    return !prepare.isEmpty();
  }

  /**
   * Runs the network's inputs through.
   *
   * @param features row-major floats of the shapes that it was compiled for
   * @param parametersAre the parameters' fingerprint
   * @return the wanted vertices' values, in memory of their own
   */
  Map<String, INDArray> forward(List<INDArray> features, long parametersAre) {
    bind();
    if (!prepared || fingerprint != parametersAre) {
      prepare.forEach(Runnable::run);
      fingerprint = parametersAre;
      prepared = true;
    }
    inputs.forEach((number, t) -> t.at(Address.of(features.get(number))));
    Map<String, INDArray> results = new LinkedHashMap<>();
    outputs.forEach(
        (vertex, t) -> {
          INDArray array = array(vertex, t);
          t.at(Address.of(array));
          results.put(vertex, array);
        });
    run(forward);
    return results;
  }

  @SuppressWarnings("try")
  private INDArray array(String vertex, Tensor t) {
    long[] dims = t.format().dims();
    long[] shape = flat.contains(vertex) ? new long[] {dims[0], dims[1]} : dims;
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    }
  }

  /**
   * Goes back from where {@link #forward} ended, which must have been the last use of the arena,
   * and writes the gradients of all parameters.
   *
   * @param given row-major gradients of the values of the ends; one that lacks is 0
   */
  void backward(Map<String, INDArray> given, Parameters parameters) {
    targets.forEach(t -> t.tensor().at(parameters.gradientAddress(t.parameter())));
    Map<String, INDArray> all = new LinkedHashMap<>(given);
    epsilons.forEach(
        (vertex, t) ->
            t.at(
                Address.of(
                    all.computeIfAbsent(
                        vertex, v -> Nd4j.zeros(DataType.FLOAT, t.format().dims())))));
    run(backward);
  }

  private static void run(List<Runnable> steps) {
    for (Runnable step : steps) {
      step.run();
    }
    Dnnl.check(dnnl_stream_wait(Dnnl.stream()), "dnnl_stream_wait");
  }

  private void bind() {
    long base = arena.reserve(bytes() + 64);
    if (base != boundAt) {
      layout.bind(tensors, base);
      long scratch = (base + layout.bytes() + 63) / 64 * 64;
      scratchpads.forEach(t -> t.at(scratch));
      boundAt = base;
    }
  }

  @Override
  public void close() {
    scope.close();
  }
}
