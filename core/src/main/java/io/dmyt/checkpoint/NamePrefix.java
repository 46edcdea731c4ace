package io.dmyt.checkpoint;

import java.util.Collection;

/** What names begin with. */
public final class NamePrefix {
  private NamePrefix() {}

  /** The longest dotted prefix that all names share, with its dot; empty if none. */
  public static String common(Collection<String> names) {
    String prefix = null;
    for (String name : names) {
      String dotted = name.substring(0, name.lastIndexOf('.') + 1);
      if (prefix == null) {
        prefix = dotted;
      }
      while (!dotted.startsWith(prefix)) {
        prefix = prefix.substring(0, prefix.lastIndexOf('.', prefix.length() - 2) + 1);
      }
    }
    return prefix == null ? "" : prefix;
  }
}
