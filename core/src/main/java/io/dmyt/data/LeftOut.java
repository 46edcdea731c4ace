package io.dmyt.data;

import io.dmyt.internal.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What was passed over in a search for images.
 *
 * @param byEnding how many files there are of each ending that is no image's, such as {@code .txt};
 *     those without one under {@code ""}
 * @param hidden how many hidden files and folders
 * @param danglingLinks symbolic links that lead nowhere
 */
public record LeftOut(Map<String, Integer> byEnding, int hidden, List<Path> danglingLinks) {
  /** Nothing. */
  public static final LeftOut NOTHING = new LeftOut(Map.of(), 0, List.of());

  /** How many links a message names. */
  private static final int NAMED = 3;

  public LeftOut {
    byEnding = Collections.unmodifiableMap(new TreeMap<>(byEnding));
    danglingLinks = List.copyOf(danglingLinks);
  }

  /** Whether everything was an image. */
  public boolean isEmpty() {
    return byEnding.isEmpty() && hidden == 0 && danglingLinks.isEmpty();
  }

  /** The same without the files of some endings, which are not left out after all. */
  public LeftOut without(Predicate<String> endings) {
    Map<String, Integer> rest = new TreeMap<>(byEnding);
    rest.keySet().removeIf(endings);
    return new LeftOut(rest, hidden, danglingLinks);
  }

  /** This and another search's together. */
  public LeftOut and(LeftOut other) {
    Map<String, Integer> sums = new TreeMap<>(byEnding);
    other.byEnding.forEach((ending, count) -> sums.merge(ending, count, Integer::sum));
    List<Path> links = new ArrayList<>(danglingLinks);
    links.addAll(other.danglingLinks);
    return new LeftOut(sums, hidden + other.hidden, links);
  }

  /** For people: {@code 3 .txt, 1 without ending, 2 hidden, 1 dangling link (a/b.jpg)}. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    byEnding.forEach(
        (ending, count) ->
            parts.add(count + (ending.isEmpty() ? " without ending" : " " + ending)));
    if (hidden > 0) {
      parts.add(hidden + " hidden");
    }
    if (!danglingLinks.isEmpty()) {
      List<String> names = danglingLinks.stream().limit(NAMED).map(Path::toString).toList();
      parts.add(
          Text.format(
              "%d dangling %s (%s%s)",
              danglingLinks.size(),
              danglingLinks.size() == 1 ? "link" : "links",
              String.join(", ", names),
              danglingLinks.size() > NAMED ? ", …" : ""));
    }
    return String.join(", ", parts);
  }

  /** Counts during a search. */
  static final class Counter {
    private final Map<String, Integer> byEnding = new TreeMap<>();
    private final List<Path> links = new ArrayList<>();
    private int hidden;

    void other(Path file) {
      String name = file.getFileName().toString();
      int dot = name.lastIndexOf('.');
      byEnding.merge(dot < 0 ? "" : name.substring(dot).toLowerCase(Locale.ROOT), 1, Integer::sum);
    }

    void hidden() {
      hidden++;
    }

    void dangling(Path link) {
      links.add(link);
    }

    LeftOut counted() {
      Collections.sort(links);
      return new LeftOut(byEnding, hidden, links);
    }
  }
}
