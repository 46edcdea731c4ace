package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_wait;

import io.dmyt.engine.CompiledRegion;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.onednn.Emitter.Kernel;
import io.dmyt.engine.onednn.Emitter.Phase;
import io.dmyt.internal.Address;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A region written down for inputs of given shapes: steps over tensors whose places in the arena
 * are decided once. Programs of one arena overwrite each other's tensors.
 */
final class Program implements CompiledRegion {

  /** A tensor over a parameter's gradient. */
  record Target(Tensor tensor, Parameter parameter) {}

  /**
   * A tensor over an array of its own.
   *
   * @param shape the array's: a vector's tensor has height and width 1
   */
  record Port(Tensor tensor, long[] shape) {
    /** A new array, in whose memory the tensor lies from now on. */
    INDArray newArray() {
      INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
      tensor.at(Address.of(array));
      return array;
    }
  }

  /**
   * The tensors over arrays that differ from run to run.
   *
   * @param inputs by vertex: the values from outside
   * @param outputs by vertex: the values that are wanted
   * @param epsilons by vertex: the gradients that are given
   * @param inputGradients by vertex: the gradients that are of use outside
   * @param targets the parameters' gradients
   */
  record Ports(
      Map<String, Tensor> inputs,
      Map<String, Port> outputs,
      Map<String, Tensor> epsilons,
      Map<String, Port> inputGradients,
      List<Target> targets) {}

  private final Emitter emitted;
  private final Arena arena;
  private final Arena.Layout layout;
  private final Ports ports;
  private final Map<String, String> fused;
  private final Parameters parameters;
  private final Threads threads;

  private long boundAt;
  private boolean prepared;

  /** Whether a parameter that an inference used is no finite number. */
  private boolean broken;

  private long fingerprint;

  /**
   * @param emitted its steps and tensors, whose scope the program closes
   */
  Program(
      Emitter emitted,
      Arena arena,
      Ports ports,
      Map<String, String> fused,
      Parameters parameters,
      Threads threads) {
    this.emitted = emitted;
    this.arena = arena;
    this.ports = ports;
    this.fused = fused;
    this.parameters = parameters;
    this.threads = threads;
    this.layout = new Arena.Layout(emitted.tensors());
  }

  /** Bytes of the arena that it needs. */
  long bytes() {
    return layout.bytes() + emitted.scratchBytes();
  }

  List<Kernel> kernels() {
    return emitted.kernels();
  }

  @Override
  public Map<String, String> fused() {
    return fused;
  }

  @Override
  public Map<String, INDArray> forward(Map<String, INDArray> values) {
    threads.use();
    bind();
    prepare();
    ports
        .inputs()
        .forEach(
            (vertex, t) -> t.at(Address.of(Objects.requireNonNull(values.get(vertex), vertex))));
    Map<String, INDArray> results = new LinkedHashMap<>();
    ports.outputs().forEach((vertex, port) -> results.put(vertex, port.newArray()));
    run(Phase.FORWARD, values);
    if (broken) {
      // oneDNN's ReLU makes a zero of NaN, after which nothing would tell.
      results.values().forEach(result -> result.assign(Double.NaN));
    }
    return results;
  }

  /** Brings weights that are kept in another form than the network's up to date. */
  private void prepare() {
    if (emitted.steps(Phase.PREPARE).isEmpty()) {
      return;
    }
    long now = parameters.fingerprint();
    if (!prepared || fingerprint != now) {
      emitted.steps(Phase.PREPARE).forEach(Runnable::run);
      fingerprint = now;
      prepared = true;
      broken = !parameters.areFinite();
    }
  }

  /** The way forward must have been the last use of the arena. */
  @Override
  public Map<String, INDArray> backward(Map<String, INDArray> given, INDArray gradients) {
    threads.use();
    parameters.gradients(gradients);
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
    Map<String, INDArray> results = new LinkedHashMap<>();
    ports.inputGradients().forEach((vertex, port) -> results.put(vertex, port.newArray()));
    run(Phase.BACKWARD, all);
    return results;
  }

  /**
   * @param arrays whose memory must not be freed meanwhile
   */
  private void run(Phase phase, Map<String, INDArray> arrays) {
    try {
      emitted.steps(phase).forEach(Runnable::run);
      Dnnl.check(dnnl_stream_wait(Dnnl.stream()), "dnnl_stream_wait");
    } finally {
      Reference.reachabilityFence(arrays);
    }
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
