package io.dmyt.engine.onednn;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compiles a region for each shape that comes along, and keeps the programs used last. */
final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final int PROGRAMS = 8;

  /** What a program is compiled for, but for the values that are wanted of it. */
  private record Use(boolean training, List<List<Long>> shapes) {
    static Use of(boolean training, List<INDArray> features) {
      return new Use(
          training, features.stream().map(f -> Arrays.stream(f.shape()).boxed().toList()).toList());
    }

    @Override
    public String toString() {
      return (training ? "training" : "inference") + " at " + shapes;
    }
  }

  private record Key(Use use, Set<String> wanted) {}

  private final Region region;
  private final Plan plan;
  private final Set<String> ends;
  private final Parameters parameters;
  private final NativeScope scope = new NativeScope();
  private final Arena arena = new Arena(scope);
  private final Map<Key, Program> programs = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Use> rejected = new HashSet<>();
  private final int threads;
  private Program pending;

  /**
   * @param ends vertices of the region that something outside it reads, or that are outputs
   * @param threads OpenMP's, for every call whatever thread it comes from, or 0 for ND4J's number
   */
  Engine(Region region, Set<String> ends, INDArray parameters, Plan plan, int threads) {
    this.plan = plan;
    this.threads =
        threads > 0
            ? threads
            : NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
    this.region = region;
    this.ends = ends;
    this.parameters = new Parameters(parameters);
  }

  /** What images are stored in. */
  Kind storage() {
    return plan.storage();
  }

  Region region() {
    return region;
  }

  /**
   * The values of the wanted vertices, or null if the region can't be run with these shapes.
   *
   * @param features row-major floats
   */
  synchronized Map<String, INDArray> forward(
      boolean training, Set<String> wanted, List<INDArray> features) {
    pending = null;
    Use use = Use.of(training, features);
    if (rejected.contains(use)) {
      return null;
    }
    useThreads();
    Program program;
    try {
      program = program(training, wanted, features);
    } catch (OneDnnException | UnsupportedShapeException e) {
      if (e instanceof OneDnnException failure && !failure.unimplemented()) {
        throw e;
      }
      LOG.warn("{} runs as DL4J's own layers: {}", use, e.getMessage());
      rejected.add(use);
      return null;
    }
    Map<String, INDArray> values =
        program.forward(features, program.prepares() ? parameters.fingerprint() : 0);
    if (training) {
      pending = program;
    }
    return values;
  }

  /**
   * The program that a call of {@link #forward} with such arguments runs.
   *
   * @throws OneDnnException or {@link UnsupportedShapeException} if the shapes can't be run
   */
  synchronized Program program(boolean training, Set<String> wanted, List<INDArray> features) {
    open();
    Key key = new Key(Use.of(training, features), Set.copyOf(wanted));
    Program program = programs.get(key);
    if (program == null) {
      while (programs.size() >= PROGRAMS) {
        Iterator<Program> oldest = programs.values().iterator();
        oldest.next().close();
        oldest.remove();
      }
      program =
          Compiler.compile(
              region,
              plan,
              features.stream().map(INDArray::shape).toList(),
              training,
              wanted,
              ends,
              parameters,
              arena);
      programs.put(key, program);
    }
    return program;
  }

  /** Whether the last forward pass was one for training. */
  synchronized boolean pending() {
    return pending != null;
  }

  synchronized void forget() {
    pending = null;
  }

  /**
   * Goes back through the last forward pass.
   *
   * @param epsilons row-major gradients of the values of the ends
   */
  synchronized void backward(Map<String, INDArray> epsilons, INDArray gradients) {
    open();
    if (pending == null) {
      throw new IllegalStateException("no forward pass for training to go back through");
    }
    useThreads();
    parameters.gradients(gradients);
    pending.backward(epsilons, parameters);
  }

  /**
   * ND4J and oneDNN share one OpenMP, which keeps the number for each calling thread. A primitive
   * may not run on more threads than it was created for.
   */
  private void useThreads() {
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
  }

  /**
   * What happens to a vertex of the region in the program used last, or null before there is one.
   */
  synchronized String fusion(String vertex, boolean training) {
    String found = null;
    for (Map.Entry<Key, Program> entry : programs.entrySet()) {
      if (entry.getKey().use().training() == training
          && ends.containsAll(entry.getKey().wanted())) {
        found = entry.getValue().fused().getOrDefault(vertex, "");
      }
    }
    return found;
  }

  private void open() {
    if (scope.closed()) {
      throw new IllegalStateException("the graph's oneDNN engine is closed");
    }
  }

  synchronized boolean closed() {
    return scope.closed();
  }

  @Override
  public synchronized void close() {
    pending = null;
    programs.values().forEach(Program::close);
    programs.clear();
    scope.close();
  }
}
