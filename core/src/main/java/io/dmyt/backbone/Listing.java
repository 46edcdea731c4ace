package io.dmyt.backbone;

import java.util.List;

/** Lists of names in one line. */
final class Listing {
  private static final int LISTED = 10;

  private Listing() {}

  /**
   * Adds a title with the items, the first ten of them by name, unless there are none.
   *
   * @param title with a place for their number
   */
  static void add(List<String> lines, String title, List<String> items) {
    if (!items.isEmpty()) {
      String more = items.size() > LISTED ? " and %d more".formatted(items.size() - LISTED) : "";
      lines.add(
          title.formatted(items.size())
              + ": "
              + String.join(", ", items.stream().limit(LISTED).toList())
              + more);
    }
  }
}
