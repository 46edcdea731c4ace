import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prints JaCoCo's CSV, which has a line per class, as a table of packages. */
final class CoverageTable {
  private static final int PACKAGE = 1;
  private static final int BRANCHES = 5;
  private static final int LINES = 7;

  /** What the tests ran, and what they did not. */
  private static final class Coverage {
    private final long[] missed = new long[2];
    private final long[] covered = new long[2];

    void add(String[] row) {
      for (int i = 0; i < 2; i++) {
        int column = i == 0 ? LINES : BRANCHES;
        missed[i] += Long.parseLong(row[column]);
        covered[i] += Long.parseLong(row[column + 1]);
      }
    }

    @Override
    public String toString() {
      return percent(0) + percent(1) + "  %,8d".formatted(missed[0] + covered[0]);
    }

    private String percent(int i) {
      long all = missed[i] + covered[i];
      return all == 0 ? "       -" : "  %5.1f%%".formatted(100.0 * covered[i] / all);
    }
  }

  private CoverageTable() {}

  public static void main(String[] arguments) throws IOException {
    Path csv = Path.of(arguments[0]);
    if (!Files.exists(csv)) {
      return; // Nothing was tested.
    }
    Map<String, Coverage> packages = new TreeMap<>();
    Coverage all = new Coverage();
    List<String> rows = Files.readAllLines(csv);
    for (String row : rows.subList(1, rows.size())) {
      String[] columns = row.split(",", -1);
      packages.computeIfAbsent(columns[PACKAGE], p -> new Coverage()).add(columns);
      all.add(columns);
    }
    System.out.printf("%-34s  %6s  %6s  %8s%n", "Coverage by tests", "lines", "branch", "lines");
    packages.forEach((name, coverage) -> System.out.printf("%-34s%s%n", name, coverage));
    System.out.printf("%-34s%s%n", "all", all);
  }
}
