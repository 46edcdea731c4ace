package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemsetAsync;

import io.dmyt.engine.CompiledRegion;
import io.dmyt.internal.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A region written down for inputs of given shapes. */
final class Program implements CompiledRegion {

  /**
   * An array that comes from the host or goes there.
   *
   * @param tensor floats in row-major order
   */
  record Port(Tensor tensor, long[] shape) {
    long bytes() {
      return tensor.bytes();
    }

    INDArray download() {
      INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
      DeviceParameters.copy(Address.of(array), tensor.address(), bytes(), cudaMemcpyDeviceToHost);
      return array;
    }
  }

  /** All of them by vertex. */
  record Ports(
      Map<String, Port> inputs,
      Map<String, Port> outputs,
      Map<String, Port> epsilons,
      Map<String, Port> inputGradients) {}

  /** A stretch of the flat parameters. */
  record Span(long from, long length) {}

  private final ProgramBuilder built;
  private final Ports ports;
  private final Map<String, String> fused;
  private final List<Span> gradients;
  private final Arena arena;
  private final PinnedBuffer staging = new PinnedBuffer();
  private final Arena kept = new Arena();
  private final ArenaPlan plan;
  private final Launches prepare;
  private final Launches forward;
  private final Launches backward;
  private long boundAt;
  private long prepared;

  /**
   * @param gradients where the region's parameters lie
   * @param arena for what is needed only while it runs
   */
  Program(
      ProgramBuilder built,
      Ports ports,
      Map<String, String> fused,
      List<Span> gradients,
      Arena arena) {
    this.built = built;
    this.ports = ports;
    this.fused = fused;
    this.gradients = gradients;
    this.arena = arena;
    built.module().compile();
    keep();
    Tensor workspace = Tensor.planned(Type.BYTE, Math.max(1, built.workspaceBytes()));
    built.workspaceAt(workspace);
    Step whole = Step.of("workspace", () -> {}, workspace);
    // What comes from the host is there before the first step, what goes there after the last.
    List<Step> steps = new ArrayList<>(List.of(whole, moment(ports.inputs())));
    steps.addAll(built.forwardSteps());
    steps.add(moment(ports.outputs()));
    steps.add(moment(ports.epsilons()));
    steps.addAll(built.backwardSteps());
    steps.add(moment(ports.inputGradients()));
    steps.add(whole);
    plan = new ArenaPlan(steps);
    prepare = new Launches(built.prepareSteps());
    forward = new Launches(built.forwardSteps());
    backward = new Launches(built.backwardSteps());
  }

  private static Step moment(Map<String, Port> ports) {
    return Step.of("ports", () -> {}, ports.values().stream().map(Port::tensor).toList());
  }

  /** What is prepared stays until parameters change. */
  private void keep() {
    List<Tensor> all = new ArrayList<>();
    built.prepareSteps().forEach(step -> all.addAll(step.uses()));
    ArenaPlan together = new ArenaPlan(List.of(Step.of("kept", () -> {}, all)));
    if (together.bytes() > 0) {
      together.bind(kept.reserve(together.bytes()));
    }
    all.forEach(tensor -> tensor.storage().fix());
    built.weights().bind();
    built.floats().bind();
  }

  /** Bytes of device memory, but for parameters. */
  long bytes() {
    return plan.bytes();
  }

  Launches prepareLaunches() {
    return prepare;
  }

  Launches forwardLaunches() {
    return forward;
  }

  Launches backwardLaunches() {
    return backward;
  }

  @Override
  public Map<String, String> fused() {
    return fused;
  }

  @Override
  public Map<String, INDArray> forward(Map<String, INDArray> inputs) {
    Cuda.use();
    bind();
    long version = built.parameters().refresh();
    if (version != prepared) {
      prepare.run();
      prepared = version;
    }
    ports.inputs().forEach((vertex, port) -> upload(port, inputs.get(vertex)));
    forward.run();
    return download(ports.outputs());
  }

  @Override
  public Map<String, INDArray> backward(Map<String, INDArray> epsilons, INDArray flat) {
    Cuda.use();
    ports.epsilons().forEach((vertex, port) -> upload(port, epsilons.get(vertex)));
    backward.run();
    if (!built.parameters().held()) {
      gradients.forEach(span -> built.parameters().download(flat, span.from(), span.length()));
    }
    return download(ports.inputGradients());
  }

  private void upload(Port port, @Nullable INDArray array) {
    if (array == null) {
      Cuda.check(
          cudaMemsetAsync(new Address(port.tensor().address()), 0, port.bytes(), Cuda.stream()),
          "cudaMemsetAsync");
      return;
    }
    staging.upload(Address.of(array), port.tensor().address(), port.bytes());
    // The buffer is filled again by the next array.
    Cuda.synchronize();
  }

  private static Map<String, INDArray> download(Map<String, Port> all) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    all.forEach((vertex, port) -> arrays.put(vertex, port.download()));
    Cuda.synchronize();
    return arrays;
  }

  private void bind() {
    long base = arena.reserve(plan.bytes());
    if (base != boundAt) {
      plan.bind(base);
      built.weightGradients().bind();
      built.floatGradients().bind();
      forward.close();
      backward.close();
      boundAt = base;
    }
  }

  @Override
  public void close() {
    Cuda.use();
    prepare.close();
    forward.close();
    backward.close();
    staging.close();
    kept.close();
    built.close();
  }
}
