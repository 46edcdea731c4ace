package io.dmyt.benchmarks;

/** What is timed. */
enum Task {
  INFER("inference"),
  TRAIN("training step");

  private final String label;

  Task(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
