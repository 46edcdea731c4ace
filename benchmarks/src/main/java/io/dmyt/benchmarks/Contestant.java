package io.dmyt.benchmarks;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The sides that can be asked for by name: an engine and its precision. */
enum Contestant {
  OURS("ours", "ours", Task.INFER, Task.TRAIN),
  OURS_BF16("ours-bf16", "ours, bf16", Task.INFER, Task.TRAIN),
  DL4J("dl4j", "DL4J stock", Task.INFER, Task.TRAIN),
  LIBTORCH("libtorch", "libtorch via DJL", Task.INFER, Task.TRAIN),
  PYTORCH("pytorch", "PyTorch channels_last", Task.INFER, Task.TRAIN),
  PYTORCH_BF16("pytorch-bf16", "PyTorch channels_last, bf16", Task.INFER, Task.TRAIN),
  ONNXRUNTIME("onnxruntime", "ONNX Runtime", Task.INFER);

  private final String key;
  private final String title;
  private final Set<Task> tasks;

  Contestant(String key, String title, Task... tasks) {
    this.key = key;
    this.title = title;
    this.tasks = Set.of(tasks);
  }

  /**
   * The side of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Contestant of(String key) {
    return Arrays.stream(values())
        .filter(c -> c.key.equals(key))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("unknown side " + key + "; there are " + keys()));
  }

  static String keys() {
    return Arrays.stream(values()).map(Contestant::key).collect(Collectors.joining(", "));
  }

  /** What it is called on the command line. */
  String key() {
    return key;
  }

  /** What it is called in the table. */
  String title() {
    return title;
  }

  boolean does(Job job) {
    boolean buildsItself = isOurs() || isPython() || this == DL4J;
    return tasks.contains(job.task())
        && (buildsItself || Networks.create(job.network(), job.size()).isWritten());
  }

  boolean isOurs() {
    return this == OURS || this == OURS_BF16;
  }

  boolean isPython() {
    return this == PYTORCH || this == PYTORCH_BF16;
  }

  /** Whether it computes in half precision, so that its values are only roughly the others'. */
  boolean isBf16() {
    return this == OURS_BF16 || this == PYTORCH_BF16;
  }

  /**
   * Opens this side in this process.
   *
   * @throws IllegalStateException if it is no Java side
   */
  Side open(Network network, int batch, int threads) {
    return switch (this) {
      case LIBTORCH -> new LibtorchSide(network, batch, threads);
      case ONNXRUNTIME -> new OnnxRuntimeSide(network, batch, threads);
      case OURS -> new Dl4jSide(GraphEngine.ONEDNN, network, batch, threads);
      case OURS_BF16 -> new Dl4jSide(GraphEngine.ONEDNN_BF16, network, batch, threads);
      case DL4J -> new Dl4jSide(GraphEngine.DL4J, network, batch, threads);
      case PYTORCH, PYTORCH_BF16 -> throw new IllegalStateException(key + " is a Python process");
    };
  }
}
