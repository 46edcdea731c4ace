package io.dmyt.backbone;

import io.dmyt.internal.Text;
import java.util.List;

/** Lists of names in one line. */
final class Listing {
  private static final int LISTED = 10;

  private Listing() {}

  /**
   * Adds the number of items, the title and the first ten items by name, unless there are none.
   *
   * @param title what follows the number
   */
  static void add(List<String> lines, String title, List<String> items) {
    if (!items.isEmpty()) {
      String more = items.size() > LISTED ? Text.format(" and %d more", items.size() - LISTED) : "";
      lines.add(
          items.size()
              + " "
              + title
              + ": "
              + String.join(", ", items.stream().limit(LISTED).toList())
              + more);
    }
  }
}
