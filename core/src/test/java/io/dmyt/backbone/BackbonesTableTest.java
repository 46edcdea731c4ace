package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmyt.hub.TimmWeights;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * BACKBONES.md lists what there is: it is written anew, but for the introduction and the papers,
 * and compared. {@code -Ddmyt.write=true} writes the file.
 */
class BackbonesTableTest {
  private static final Path FILE = Path.of("BACKBONES.md");
  private static final String HEADING = "| family | paper |";
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\w+) \\| ([^|]+) \\|.*$");

  @Test
  void everyFamilyIsListedWithPaperNamesAndLicences() throws IOException {
    String text = Files.readString(FILE, StandardCharsets.UTF_8);
    String expected = text.substring(0, text.indexOf(HEADING)) + tables(papers(text));
    if (Boolean.getBoolean("dmyt.write")) {
      Files.writeString(FILE, expected, StandardCharsets.UTF_8);
    }
    assertEquals(expected, text);
  }

  private static Map<String, String> papers(String text) {
    Map<String, String> papers = new TreeMap<>();
    Matcher row = ROW.matcher(text);
    while (row.find()) {
      papers.put(row.group(1), row.group(2));
    }
    papers.remove("family");
    return papers;
  }

  private static String tables(Map<String, String> papers) {
    Map<String, List<String>> names = new TreeMap<>();
    for (Model model : Backbones.models().values()) {
      BackboneSpec spec = model.spec();
      names.computeIfAbsent(spec.family(), f -> new ArrayList<>()).add(spec.name());
    }
    Map<String, List<TimmWeights.Entry>> weights = new TreeMap<>();
    for (String tagged : Backbones.taggedNames()) {
      TimmWeights.Entry entry = TimmWeights.find(tagged).orElseThrow();
      String family = Backbones.spec(tagged).family();
      weights.computeIfAbsent(family, f -> new ArrayList<>()).add(entry);
    }
    assertEquals(names.keySet(), papers.keySet(), "families with a paper");
    StringBuilder table = new StringBuilder();
    table.append("| family | paper | networks | sets of weights | licences of the weights |\n");
    table.append("|---|---|---|---|---|\n");
    StringBuilder lists = new StringBuilder();
    names.forEach(
        (family, all) -> {
          List<TimmWeights.Entry> sets = weights.getOrDefault(family, List.of());
          String paper = Objects.requireNonNull(papers.get(family));
          table.append(
              Text.format(
                  "| %s | %s | %d | %d | %s |%n",
                  family, paper, all.size(), sets.size(), licences(sets)));
          lists.append(Text.format("%n## %s%n%n%s%n", family, String.join(" · ", all)));
        });
    return table.append(lists).toString();
  }

  private static String licences(List<TimmWeights.Entry> sets) {
    return sets.stream()
        .map(entry -> entry.licence().isEmpty() ? "not stated" : entry.licence())
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining(", "));
  }
}
