package io.dmyt.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** What PyTorch does when it repeats the golden runs: see reference_runs.py. */
final class ReferenceRuns {
  private static final JsonNode RUNS = read();

  private ReferenceRuns() {}

  /** The repetitions of that run; missing where there are none. */
  static JsonNode of(String run) {
    return RUNS.path(run);
  }

  private static JsonNode read() {
    try (InputStream json =
        ReferenceRuns.class.getResourceAsStream("/training/reference_runs.json")) {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
