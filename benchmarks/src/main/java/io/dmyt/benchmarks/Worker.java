package io.dmyt.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One side in a process of its own, so that sides share neither threads nor memory:
 *
 * <pre>Worker SIDE NETWORK BATCH SIZE THREADS infer|train</pre>
 *
 * <p>It prints "@ ready PARAMETERS DESCRIPTION", then answers each line that it reads: "step" with
 * "@ SECONDS VALUE", "rss" with "@ BYTES", the peak of its resident memory. Any other line, or the
 * end of its input, ends it. Lines without "@ " are other people's chatter.
 */
final class Worker {
  private Worker() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 6) {
      throw new IllegalArgumentException(
          "expected SIDE NETWORK BATCH SIZE THREADS infer|train, found " + args.length + " words");
    }
    Contestant contestant = Contestant.of(args[0]);
    int batch = Integer.parseInt(args[2]);
    Network network = Networks.create(args[1], Integer.parseInt(args[3]));
    Task task = Task.valueOf(args[5].toUpperCase(Locale.ROOT));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (Side side = contestant.open(network, batch, Integer.parseInt(args[4]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      out.println("@ ready " + side.parameters() + " " + side.describe());
      serve(side, task, in, out);
    }
  }

  private static void serve(Side side, Task task, BufferedReader in, PrintStream out)
      throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      switch (line) {
        case "step" -> {
          long start = System.nanoTime();
          double value = task == Task.TRAIN ? side.train() : side.infer();
          double seconds = (System.nanoTime() - start) / 1e9;
          out.println("@ " + seconds + " " + value);
        }
        case "rss" -> out.println("@ " + Machine.peakResidentBytes());
        default -> {
          return;
        }
      }
    }
  }
}
