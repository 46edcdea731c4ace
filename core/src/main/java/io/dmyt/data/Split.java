package io.dmyt.data;

import java.util.List;

/** The parts of a data set, each a folder below its root. */
public enum Split {
  /** What is trained on. */
  TRAIN("train"),
  /** What the best epoch is chosen by. */
  VALID("valid", "val", "validation"),
  /** What is reported. */
  TEST("test");

  private final List<String> folders;

  Split(String... folders) {
    this.folders = List.of(folders);
  }

  /** The folder's name. */
  public String folder() {
    return folders.get(0);
  }

  /** All names that are understood, the usual one first. */
  public List<String> folders() {
    return folders;
  }
}
