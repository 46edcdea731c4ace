package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cudaEventCreate;
import static org.bytedeco.cuda.global.cudart.cudaEventDestroy;
import static org.bytedeco.cuda.global.cudart.cudaEventElapsedTime;
import static org.bytedeco.cuda.global.cudart.cudaEventRecord;
import static org.bytedeco.cuda.global.cudart.cudaEventSynchronize;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINECFG_ENGINE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINE_NUMERICAL_NOTE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINE_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_A;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_FALLBACK;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_TYPE_COUNT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_HEUR_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_NUMERICAL_NOTE;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendExecute;

import io.dmyt.engine.UnsupportedShapeException;
import io.dmyt.engine.cuda.ConvolutionShape.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.jspecify.annotations.Nullable;

/**
 * How cuDNN does one of a convolution's three directions: the fastest of the plans that its
 * heuristics propose, timed once per shape in a process. Only plans that give the same bits every
 * time are taken.
 */
final class ConvolutionPlan {
  private static final int PROPOSALS = 8;
  private static final int RUNS = 3;
  private static final long MOST_WORKSPACE = 512L << 20;

  private record Key(ConvolutionShape shape, Direction direction) {}

  private static final Map<Key, ConvolutionPlan> FOUND = new ConcurrentHashMap<>();

  private final Descriptor plan;
  private final long workspace;

  private ConvolutionPlan(Descriptor plan, long workspace) {
    this.plan = plan;
    this.workspace = workspace;
  }

  static ConvolutionPlan of(ConvolutionShape shape, Direction direction) {
    return FOUND.computeIfAbsent(new Key(shape, direction), key -> search(shape, direction));
  }

  /** Bytes that it needs beside its tensors. */
  long workspace() {
    return workspace;
  }

  /** Runs it over addresses. */
  void run(long image, long filter, long result, long scratch) {
    try (Descriptor pack = new Descriptor(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR)) {
      pack.addresses(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, image, filter, result)
          .longs(
              CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
              ConvolutionGraph.IMAGE,
              ConvolutionGraph.FILTER,
              ConvolutionGraph.RESULT)
          .addresses(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, scratch)
          .finish();
      Cuda.checkDnn(
          cudnnBackendExecute(Cuda.cudnn(), plan.handle(), pack.handle()), "cudnnBackendExecute");
    }
  }

  private static ConvolutionPlan search(ConvolutionShape shape, Direction direction) {
    List<ConvolutionPlan> plans = new ArrayList<>();
    Descriptor graph = ConvolutionGraph.of(shape, direction);
    for (int mode : new int[] {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
      if (plans.isEmpty()) {
        for (Descriptor configuration : proposals(graph, mode)) {
          if (plans.size() < PROPOSALS && allowed(configuration, shape)) {
            ConvolutionPlan plan = finished(configuration);
            if (plan != null) {
              plans.add(plan);
            }
          }
        }
      }
    }
    if (plans.isEmpty()) {
      throw new UnsupportedShapeException("cuDNN has no " + direction + " for " + shape);
    }
    return plans.size() == 1 ? plans.get(0) : fastest(plans, shape);
  }

  private static List<Descriptor> proposals(Descriptor graph, int mode) {
    Descriptor heuristics =
        new Descriptor(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR)
            .descriptors(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
            .choice(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
    if (!heuristics.tryFinish()) {
      return List.of();
    }
    return heuristics.descriptors(
        CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, 3 * PROPOSALS);
  }

  private static boolean allowed(Descriptor configuration, ConvolutionShape shape) {
    Descriptor engine =
        configuration
            .descriptors(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR, 1)
            .get(0);
    List<Integer> notes =
        engine.choices(
            CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
            CUDNN_TYPE_NUMERICAL_NOTE,
            CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
    boolean rounds = notes.contains(CUDNN_NUMERICAL_NOTE_TENSOR_CORE) && shape.type() == Type.F32;
    return !notes.contains(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)
        && !notes.contains(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION)
        && !rounds;
  }

  /** The plan, or null if it can't be had or needs too much memory. */
  private static @Nullable ConvolutionPlan finished(Descriptor configuration) {
    Descriptor plan =
        new Descriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR)
            .cudnn(CUDNN_ATTR_EXECUTION_PLAN_HANDLE)
            .descriptors(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
    if (plan.tryFinish()) {
      long bytes = plan.number(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
      if (bytes <= MOST_WORKSPACE) {
        return new ConvolutionPlan(plan, bytes);
      }
    }
    plan.close();
    return null;
  }

  private static long bytes(List<Long> dims, Type type) {
    return dims.stream().reduce(1L, (a, b) -> a * b) * type.bytes();
  }

  private static ConvolutionPlan fastest(List<ConvolutionPlan> plans, ConvolutionShape shape) {
    long scratch = plans.stream().mapToLong(ConvolutionPlan::workspace).max().orElse(0);
    long image = Cuda.allocate(bytes(shape.image(), shape.type()));
    long filter = Cuda.allocate(bytes(shape.filter(), shape.type()));
    long result = Cuda.allocate(bytes(shape.result(), shape.type()));
    long workspace = Cuda.allocate(Math.max(1, scratch));
    try {
      ConvolutionPlan best = plans.get(0);
      float shortest = Float.POSITIVE_INFINITY;
      for (ConvolutionPlan plan : plans) {
        float time = time(() -> plan.run(image, filter, result, workspace));
        if (time < shortest) {
          shortest = time;
          best = plan;
        }
      }
      for (ConvolutionPlan plan : plans) {
        if (plan != best) {
          plan.plan.close();
        }
      }
      return best;
    } finally {
      for (long memory : new long[] {image, filter, result, workspace}) {
        Cuda.free(memory);
      }
    }
  }

  /** Milliseconds of the fastest run; infinite if it fails. */
  private static float time(Runnable work) {
    CUevent_st from = new CUevent_st();
    CUevent_st to = new CUevent_st();
    Cuda.check(cudaEventCreate(from), "cudaEventCreate");
    Cuda.check(cudaEventCreate(to), "cudaEventCreate");
    float shortest = Float.POSITIVE_INFINITY;
    try {
      work.run();
      for (int i = 0; i < RUNS; i++) {
        Cuda.check(cudaEventRecord(from, Cuda.stream()), "cudaEventRecord");
        work.run();
        Cuda.check(cudaEventRecord(to, Cuda.stream()), "cudaEventRecord");
        Cuda.check(cudaEventSynchronize(to), "cudaEventSynchronize");
        float[] milliseconds = new float[1];
        Cuda.check(cudaEventElapsedTime(milliseconds, from, to), "cudaEventElapsedTime");
        shortest = Math.min(shortest, milliseconds[0]);
      }
    } catch (CudaException e) {
      return Float.POSITIVE_INFINITY;
    } finally {
      cudaEventDestroy(from);
      cudaEventDestroy(to);
    }
    return shortest;
  }
}
