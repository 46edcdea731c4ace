package io.dmyt.internal;

import java.io.PrintStream;
import java.nio.charset.Charset;
import org.nd4j.autodiff.samediff.SameDiff;

/** Differentiates a graph without the line that ND4J prints to the console for every operation. */
public final class QuietDerivatives {
  private QuietDerivatives() {}

  /**
   * Adds the graph's derivative with respect to some of its variables.
   *
   * @param graph with a loss marked in it
   * @param variables the names of variables or placeholders
   */
  public static synchronized void of(SameDiff graph, String... variables) {
    PrintStream console = System.out;
    System.setOut(new WithoutDerivatives(console));
    try {
      graph.createGradFunction(variables);
    } finally {
      System.setOut(console);
    }
  }

  private static final class WithoutDerivatives extends PrintStream {
    WithoutDerivatives(PrintStream console) {
      super(console, true, Charset.defaultCharset());
    }

    @Override
    public void println(String line) {
      if (line == null || !line.startsWith("Added differentiated op ")) {
        super.println(line);
      }
    }
  }
}
