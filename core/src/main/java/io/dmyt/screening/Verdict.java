package io.dmyt.screening;

import java.util.Locale;

/** What is said of a face or a video. */
public enum Verdict {
  REAL,
  FAKE,
  /** There is too little to judge by. */
  NONE;

  /** For people and files: {@code real}, {@code fake}, {@code none}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
