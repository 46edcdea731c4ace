package io.dmyt.engine;

import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which of its kernels an engine found to be the fastest, remembered in files. A kernel that was
 * chosen once is chosen again, so that results have the same bits, and is not measured again.
 *
 * <p>A file has a line {@code key TAB choice} for each decision. A key names the processor, the
 * library's version, the number of threads and the shapes; so a file may come from another machine
 * and does no harm there.
 *
 * <p>Safe for use by several threads. Several processes may share a file: each adds what it found
 * to what is there, and of two that write at the same moment one may lose its part, which is
 * measured again.
 */
public final class Tuning {
  private final List<Path> files;
  private final List<Map<String, String>> known = new ArrayList<>();
  private final Map<String, String> used = new TreeMap<>();
  private boolean changed;

  private Tuning(List<Path> files) throws IOException {
    this.files = List.copyOf(files);
    for (Path file : this.files) {
      known.add(read(file));
    }
  }

  /**
   * Remembers in files, which need not exist yet. What the first one lacks is looked up in the
   * next; what was used, looked up or new, is written to all.
   *
   * @throws IOException if one exists and can't be read, or is no such file
   */
  public static Tuning in(Path... files) throws IOException {
    return new Tuning(List.of(files));
  }

  private static Map<String, String> read(Path file) throws IOException {
    Map<String, String> found = new TreeMap<>();
    if (!Files.exists(file)) {
      return found;
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": not a file of engine tuning, as it is not text", e);
    }
    int number = 0;
    for (String line : lines) {
      number++;
      int tab = line.indexOf('\t');
      if (tab <= 0 || tab == line.length() - 1) {
        throw new IOException(
            Text.format(
                "%s, line %d: expected a key, a tab and a choice; delete the file to measure anew",
                file, number));
      }
      found.put(line.substring(0, tab), line.substring(tab + 1));
    }
    return found;
  }

  /** What was chosen for a key, if it was. */
  public synchronized Optional<String> choice(String key) {
    if (used.containsKey(key)) {
      return Optional.of(used.get(key));
    }
    for (Map<String, String> each : known) {
      if (each.containsKey(key)) {
        choose(key, each.get(key));
        return Optional.of(each.get(key));
      }
    }
    return Optional.empty();
  }

  /**
   * Remembers a choice, in the files from {@link #save} on.
   *
   * @param key without tabs and line breaks, as is {@code choice}
   */
  public synchronized void choose(String key, String choice) {
    changed |= !choice.equals(used.put(key, choice));
  }

  /** The choices of this process by key, in order. */
  public synchronized Map<String, String> used() {
    return new TreeMap<>(used);
  }

  /**
   * Writes what was used to the files.
   *
   * @throws IOException if a file can't be written; the others have been
   */
  public synchronized void save() throws IOException {
    if (!changed) {
      return;
    }
    changed = false;
    IOException failed = null;
    for (Path file : files) {
      try {
        Map<String, String> all = read(file);
        if (!all.entrySet().containsAll(used.entrySet())) {
          all.putAll(used);
          StringBuilder text = new StringBuilder();
          all.forEach((key, choice) -> text.append(key).append('\t').append(choice).append('\n'));
          AtomicFile.write(file, text.toString());
        }
      } catch (IOException e) {
        failed = e;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
