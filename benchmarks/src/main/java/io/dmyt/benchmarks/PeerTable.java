package io.dmyt.benchmarks;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParameterException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whole networks beside the peers, in one run: median seconds of an inference and of a training
 * step, the ratios of ours to theirs, and the peak memory, as Markdown.
 *
 * <p>Each side is a process of its own with the same number of threads, and they take turns. All
 * start from the same weights and images. A side that fails, has another number of parameters or
 * doesn't compute the same embeddings and the same first loss is left out of that job with the
 * reason, and the exit status is 1.
 *
 * <pre>benchmarks/run peers --networks xception,resnet50 --batch 8 --threads 2</pre>
 */
public final class PeerTable {

  @Parameter(names = "--networks", description = "timm names")
  private List<String> networks = List.of("xception", "resnet50");

  @Parameter(names = "--tasks", description = "infer, train or both")
  private List<String> tasks = List.of("infer", "train");

  @Parameter(names = "--sides", description = "sides, in this order; default: all")
  private List<String> sides = Arrays.stream(Contestant.values()).map(Contestant::key).toList();

  @Parameter(names = "--batch", description = "images in a step")
  private int batch = 8;

  @Parameter(names = "--image-size", description = "0: each network's own")
  private int imageSize;

  @Parameter(names = "--threads", description = "threads of every engine")
  private int threads = 2;

  @Parameter(names = "--rounds", description = "turns of each side")
  private int rounds = 5;

  @Parameter(names = "--steps", description = "timed steps in a turn")
  private int steps = 2;

  @Parameter(names = "--warmup", description = "untimed steps of a fresh process")
  private int warmup = 2;

  @Parameter(
      names = "--apart",
      description = "a fresh process in each turn, where memory is too small for all at once")
  private boolean apart;

  @Parameter(
      names = "--busy",
      description = "also time each side while a second process of it does the same")
  private boolean busy;

  @Parameter(names = "--json", description = "also write every single time to this file")
  private @Nullable String json;

  @Parameter(names = "--help", help = true)
  private boolean help;

  private PeerTable() {}

  /** Runs the comparison that the arguments ask for; --help lists them. */
  public static void main(String[] args) throws IOException {
    PeerTable table = new PeerTable();
    JCommander commander = JCommander.newBuilder().programName("peers").addObject(table).build();
    try {
      commander.parse(args);
      if (table.help) {
        commander.usage();
        return;
      }
      if (!table.run()) {
        System.exit(1);
      }
    } catch (ParameterException | IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  /** Whether every side that started did its jobs. */
  private boolean run() throws IOException {
    Contest.Options options = new Contest.Options(threads, rounds, steps, warmup, apart, busy);
    Contest contest = new Contest(sides.stream().map(Contestant::of).toList(), options);
    List<Job> jobs = jobs();
    Report report = new Report(Machine.describe(), options);
    for (Job job : jobs) {
      report.add(contest.run(job));
    }
    report.missing(contest.missing());
    report.failures(contest.failures());
    System.out.println(report.markdown());
    if (json != null) {
      report.writeJson(Path.of(json));
    }
    return contest.failures().isEmpty();
  }

  private List<Job> jobs() {
    if (batch < 1 || imageSize < 0) {
      throw new IllegalArgumentException(
          "batch must be at least 1 and the image size 0 or more, found "
              + batch
              + " and "
              + imageSize);
    }
    List<Job> jobs = new ArrayList<>();
    for (String network : networks) {
      int size = imageSize == 0 ? Networks.create(network).size() : imageSize;
      for (String task : tasks) {
        jobs.add(new Job(network, size, batch, Task.valueOf(task.toUpperCase(Locale.ROOT))));
      }
    }
    return jobs;
  }
}
