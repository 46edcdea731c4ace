package sample;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;

/** A master and workers of one core each, as processes of this machine. */
final class Cluster implements AutoCloseable {
  private static final String EXECUTOR = "CoarseGrainedExecutorBackend";

  private final Path home = Path.of(System.getenv("SPARK_HOME"));
  private final List<Process> processes = new ArrayList<>();
  private final String url;

  Cluster(int workers) throws IOException {
    // By this file Spark knows an installation.
    Files.writeString(home.resolve("RELEASE"), "Spark from its Maven artifacts\n");
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    url = "spark://127.0.0.1:" + port;
    start("master", "org.apache.spark.deploy.master.Master",
        "--host", "127.0.0.1", "--port", "" + port, "--webui-port", "0");
    for (int i = 0; i < workers; i++) {
      start("worker" + i, "org.apache.spark.deploy.worker.Worker",
          "--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", "1g",
          "--work-dir", home.resolve("work" + i).toString(), url);
    }
  }

  private void start(String name, String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
    command.addAll(List.of("-Xmx256m", "-cp", home.resolve("jars") + "/*", main));
    command.addAll(List.of(arguments));
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve(name + ".log").toFile())
            .start());
  }

  String url() {
    return url;
  }

  /** Kills an executor as a machine that fails would; the worker starts another one. */
  void killAnExecutor() {
    ProcessHandle executor =
        processes.stream()
            .flatMap(process -> process.descendants())
            .filter(p -> p.info().commandLine().orElse("").contains(EXECUTOR))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no executor runs"));
    executor.destroyForcibly();
  }

  @Override
  public void close() {
    processes.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
    processes.forEach(Process::destroyForcibly);
  }
}
