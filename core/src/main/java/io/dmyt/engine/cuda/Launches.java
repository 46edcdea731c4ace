package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cudaGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cudaGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cudaStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cudaStreamCaptureModeThreadLocal;
import static org.bytedeco.cuda.global.cudart.cudaStreamEndCapture;

import java.util.List;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Steps that always run one after another: the first time one by one, which also loads what
 * libraries load late, from the second time on as one CUDA graph.
 */
final class Launches implements AutoCloseable {
  private final List<Step> steps;
  private boolean ran;
  private @Nullable CUgraphExec_st graph;

  Launches(List<Step> steps) {
    this.steps = List.copyOf(steps);
  }

  List<Step> steps() {
    return steps;
  }

  /** Puts all steps on the stream. */
  void run() {
    if (steps.isEmpty()) {
      return;
    }
    if (!ran) {
      steps.forEach(step -> step.run().run());
      ran = true;
      return;
    }
    if (graph == null) {
      graph = capture();
    }
    Cuda.check(cudaGraphLaunch(graph, Cuda.stream()), "cudaGraphLaunch");
  }

  private CUgraphExec_st capture() {
    Cuda.check(
        cudaStreamBeginCapture(Cuda.stream(), cudaStreamCaptureModeThreadLocal),
        "cudaStreamBeginCapture");
    CUgraph_st captured = new CUgraph_st((Pointer) null);
    try {
      steps.forEach(step -> step.run().run());
    } finally {
      Cuda.check(cudaStreamEndCapture(Cuda.stream(), captured), "cudaStreamEndCapture");
    }
    CUgraphExec_st executable = new CUgraphExec_st((Pointer) null);
    Cuda.check(cudaGraphInstantiate(executable, captured, 0), "cudaGraphInstantiate");
    cudaGraphDestroy(captured);
    return executable;
  }

  /** Forgets addresses that have moved. */
  @Override
  public void close() {
    if (graph != null) {
      cudaGraphExecDestroy(graph);
      graph = null;
    }
  }
}
