package io.dmyt.cli.output;

import static io.dmyt.internal.Checks.require;

import io.dmyt.internal.Text;
import java.util.Arrays;
import java.util.List;

/** Lines of cells that stand under one another, for a terminal. */
public final class TextTable {
  private final String gap;
  private final int[] widths;

  /**
   * @param gap blanks between columns
   * @param widths of the columns in characters; as in {@code printf}, a negative one has its cells
   *     at the left
   */
  public TextTable(int gap, int... widths) {
    this.gap = " ".repeat(gap);
    this.widths = widths.clone();
  }

  /** A column of names at the left, and others of one width. */
  static TextTable named(int name, int column, int columns) {
    int[] widths = new int[1 + columns];
    Arrays.fill(widths, column);
    widths[0] = -name;
    return new TextTable(0, widths);
  }

  /** A line without its end. A cell that is too long moves the ones behind it. */
  public String line(Object... cells) {
    return line(Arrays.asList(cells));
  }

  /** The same. */
  String line(List<?> cells) {
    require(cells.size() == widths.length, "%s cells for %s columns", cells.size(), widths.length);
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = String.valueOf(cells.get(i));
      line.append(i == 0 ? "" : gap)
          .append(widths[i] < 0 ? Text.left(cell, -widths[i]) : Text.right(cell, widths[i]));
    }
    return line.toString().stripTrailing();
  }
}
