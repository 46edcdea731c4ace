package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_wait;

import io.dmyt.engine.onednn.Emitter.Kernel;
import io.dmyt.engine.onednn.Emitter.Phase;
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

  /**
   * The tensors over arrays that differ from run to run.
   *
   * @param inputs by the network's inputs' numbers
   * @param outputs by vertex: the values that are wanted
   * @param flat those of the outputs without height and width
   * @param epsilons by vertex: the gradients that are given
   * @param targets the parameters' gradients
   */
  record Ports(
      Map<Integer, Tensor> inputs,
      Map<String, Tensor> outputs,
      Set<String> flat,
      Map<String, Tensor> epsilons,
      List<Target> targets) {}

  private final Emitter emitted;
  private final Arena arena;
  private final Arena.Layout layout;
  private final Ports ports;
  private final Map<String, String> fused;

  private long boundAt;
  private boolean prepared;
  private long fingerprint;

  /**
   * @param emitted its steps and tensors, whose scope the program closes
   */
  Program(Emitter emitted, Arena arena, Ports ports, Map<String, String> fused) {
    this.emitted = emitted;
    this.arena = arena;
    this.ports = ports;
    this.fused = fused;
    this.layout = new Arena.Layout(emitted.tensors());
  }

  /** Bytes of the arena that it needs. */
  long bytes() {
    return layout.bytes() + emitted.scratchBytes();
  }

  List<Kernel> kernels() {
    return emitted.kernels();
  }

  /** Vertices that another vertex's primitive does, with what is to be said about it. */
  Map<String, String> fused() {
    return fused;
  }

  /** Whether it keeps weights in another form than the network does. */
  boolean prepares() {
    return !emitted.steps(Phase.PREPARE).isEmpty();
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
      emitted.steps(Phase.PREPARE).forEach(Runnable::run);
      fingerprint = parametersAre;
      prepared = true;
    }
    ports.inputs().forEach((number, t) -> t.at(Address.of(features.get(number))));
    Map<String, INDArray> results = new LinkedHashMap<>();
    ports
        .outputs()
        .forEach(
            (vertex, t) -> {
              INDArray array = array(vertex, t);
              t.at(Address.of(array));
              results.put(vertex, array);
            });
    run(Phase.FORWARD);
    return results;
  }

  @SuppressWarnings("try")
  private INDArray array(String vertex, Tensor t) {
    long[] dims = t.format().dims();
    long[] shape = ports.flat().contains(vertex) ? new long[] {dims[0], dims[1]} : dims;
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
    ports.targets().forEach(t -> t.tensor().at(parameters.gradientAddress(t.parameter())));
    Map<String, INDArray> all = new LinkedHashMap<>(given);
    ports
        .epsilons()
        .forEach(
            (vertex, t) ->
                t.at(
                    Address.of(
                        all.computeIfAbsent(
                            vertex, v -> Nd4j.zeros(DataType.FLOAT, t.format().dims())))));
    run(Phase.BACKWARD);
  }

  private void run(Phase phase) {
    emitted.steps(phase).forEach(Runnable::run);
    Dnnl.check(dnnl_stream_wait(Dnnl.stream()), "dnnl_stream_wait");
  }

  private void bind() {
    long base = arena.reserve(bytes() + Address.ALIGNMENT);
    if (base != boundAt) {
      layout.bind(emitted.tensors(), base);
      long scratch = Address.align(base + layout.bytes());
      emitted.scratchpads().forEach(t -> t.at(scratch));
      boundAt = base;
    }
  }

  @Override
  public void close() {
    emitted.scope().close();
  }
}
