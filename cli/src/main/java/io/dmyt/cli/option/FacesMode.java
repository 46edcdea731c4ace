package io.dmyt.cli.option;

/** What {@code --faces} takes. */
public enum FacesMode {
  /** In videos, and in single pictures for a detector that says how it is given faces. */
  AUTO,
  /** Faces are found and cut out. */
  ON,
  /** Frames and pictures are scored as they are. */
  OFF
}
