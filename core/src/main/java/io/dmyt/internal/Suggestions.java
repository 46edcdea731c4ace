package io.dmyt.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class Suggestions {
  private Suggestions() {}

  /** The candidate with the least edits (Levenshtein) to the name, ignoring case. */
  public static String closest(String name, Collection<String> candidates) {
    return candidates.stream().min(Comparator.comparingInt(c -> distance(name, c))).orElseThrow();
  }

  /**
   * The candidates with the least edits to the name, the closest first; of equally close ones the
   * first by name.
   *
   * @param count how many at most
   */
  public static List<String> closest(String name, Collection<String> candidates, int count) {
    return candidates.stream()
        .sorted(
            Comparator.comparingInt((String c) -> distance(name, c))
                .thenComparing(Comparator.naturalOrder()))
        .limit(count)
        .toList();
  }

  /** The closest candidate, unless half of the name would have to be changed. */
  public static Optional<String> near(String name, Collection<String> candidates) {
    return closest(name, candidates, 1).stream()
        .filter(c -> 2 * distance(name, c) < name.length())
        .findFirst();
  }

  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replace, 1 + Math.min(above, row[j - 1]));
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
