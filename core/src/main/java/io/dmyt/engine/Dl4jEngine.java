package io.dmyt.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** DL4J's own layers, on whatever backend ND4J has. They take no heed of options. */
record Dl4jEngine() implements Engine {
  static final String NAME = "dl4j";
  private static final String MAVEN =
      "/META-INF/maven/org.deeplearning4j/deeplearning4j-nn/pom.properties";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "DL4J";
  }

  @Override
  public String version() {
    Properties properties = new Properties();
    try (InputStream in = ComputationGraph.class.getResourceAsStream(MAVEN)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }

  @Override
  public ExecutionOptions options() {
    return ExecutionOptions.DEFAULT;
  }

  @Override
  public ComputationGraph accelerate(ComputationGraph graph) {
    return graph;
  }
}
