package io.dmyt.loss;

import io.dmyt.internal.Text;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/** What the names of classes say: which one is real, and which are the same but for spelling. */
public final class ClassNames {
  private static final Set<String> REAL =
      Set.of("real", "original", "pristine", "genuine", "bonafide");

  private ClassNames() {}

  /**
   * The only class whose name means real: real, original, pristine, genuine or bonafide, whatever
   * its case, hyphens and plural.
   *
   * @throws IllegalArgumentException if it is not exactly one, or names are missing or repeated
   */
  public static String real(List<String> classes) {
    check(classes);
    return classes.get(realIndex(classes));
  }

  /** The name without case, hyphens, underscores, spaces and a plural's ending. */
  static String key(String name) {
    String bare = name.toLowerCase(Locale.ROOT).replaceAll("[-_\\s]", "");
    return bare.length() > 1 && bare.endsWith("s") ? bare.substring(0, bare.length() - 1) : bare;
  }

  static void check(List<String> classes) {
    if (classes.size() < 2) {
      throw new IllegalArgumentException(
          "expected a real class and at least one fake class, found " + classes);
    }
    Set<String> seen = new HashSet<>();
    for (String name : classes) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("a class without a name among " + classes);
      }
      if (!seen.add(name)) {
        throw new IllegalArgumentException("class '" + name + "' is named twice in " + classes);
      }
    }
  }

  /** The index of the only class whose name means real. */
  static int realIndex(List<String> classes) {
    int[] found =
        IntStream.range(0, classes.size())
            .filter(i -> REAL.contains(key(classes.get(i))))
            .toArray();
    if (found.length != 1) {
      throw new IllegalArgumentException(
          Text.format(
                  "%s of the classes %s is called real, original, pristine, genuine or bonafide: say which",
                  found.length == 0 ? "none" : "more than one", classes)
              + " one is real");
    }
    return found[0];
  }

  /** The index of that class: spelt exactly so, or else the only one that differs by case. */
  static int indexOf(String name, List<String> classes) {
    int exact = classes.indexOf(name);
    if (exact >= 0) {
      return exact;
    }
    int[] found =
        IntStream.range(0, classes.size())
            .filter(i -> classes.get(i).equalsIgnoreCase(name))
            .toArray();
    if (found.length != 1) {
      throw new IllegalArgumentException(
          "no class is called '" + name + "': the classes are " + classes);
    }
    return found[0];
  }
}
