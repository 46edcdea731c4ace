package io.dmyt.cli.output;

import io.dmyt.internal.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Outputs of all the shards of one run, in the shards' order.
 *
 * @param outputs files or folders
 * @param command that wrote them
 */
public record Shards(List<Path> outputs, String command) {
  /** How a line of JSON begins that says which shard the others are of. */
  static final String LINE = "{\"shard\":";

  /**
   * Reads what the outputs say of themselves.
   *
   * @throws IOException if they don't belong together, or one is missing or given twice
   */
  public static Shards of(Collection<Path> outputs) throws IOException {
    Map<Integer, Path> byNumber = new TreeMap<>();
    Path first = null;
    ShardNote expected = null;
    for (Path output : outputs) {
      ShardNote note = note(output);
      if (first == null || expected == null) {
        first = output;
        expected = note;
      }
      requireSame(first, expected, output, note);
      Path other = byNumber.put(note.shard(), output);
      if (other != null) {
        throw new IOException(
            Text.format("%s and %s are both shard %d/%d", other, output, note.shard(), note.of()));
      }
    }
    if (expected == null) {
      throw new IOException("nothing to merge");
    }
    for (int i = 1; i <= expected.of(); i++) {
      if (!byNumber.containsKey(i)) {
        throw new IOException(Text.format("shard %d/%d is missing", i, expected.of()));
      }
    }
    return new Shards(new ArrayList<>(byNumber.values()), expected.command());
  }

  /** Whether a file has lines of JSON, the first of which says what shard it is. */
  static boolean isLines(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.exists(ShardNote.beside(file))) {
      return false;
    }
    try (BufferedReader in = Files.newBufferedReader(file)) {
      char[] begin = new char[LINE.length()];
      return in.read(begin) == begin.length && new String(begin).equals(LINE);
    } catch (java.nio.charset.CharacterCodingException e) {
      return false;
    }
  }

  private static ShardNote note(Path output) throws IOException {
    if (!isLines(output)) {
      return ShardNote.read(output);
    }
    try (BufferedReader in = Files.newBufferedReader(output)) {
      String line = String.valueOf(in.readLine());
      return ShardNote.parse(line.substring(LINE.length(), line.length() - 1), output);
    }
  }

  private static void requireSame(Path first, ShardNote a, Path output, ShardNote b)
      throws IOException {
    String why = null;
    if (!a.command().equals(b.command())) {
      why = Text.format("dmyt %s wrote one, dmyt %s the other", a.command(), b.command());
    } else if (a.of() != b.of()) {
      why = Text.format("one is of %d shards, the other of %d", a.of(), b.of());
    } else {
      TreeSet<String> names = new TreeSet<>(a.settings().keySet());
      names.addAll(b.settings().keySet());
      for (String name : names) {
        String one = a.settings().getOrDefault(name, "none");
        String other = b.settings().getOrDefault(name, "none");
        if (why == null && !one.equals(other)) {
          why = Text.format("%s differs (%s, %s)", name, brief(one), brief(other));
        }
      }
      if (why == null && !a.files().equals(b.files())) {
        why = "they were made from different files";
      }
    }
    if (why != null) {
      throw new IOException(Text.format("%s and %s don't belong together: %s", first, output, why));
    }
  }

  private static String brief(String value) {
    return value.length() == 64 ? value.substring(0, 8) : value;
  }
}
