package io.dmyt.internal;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Options in YAML files: a name and a plain value a line. Read strictly: no duplicates, no aliases,
 * nothing nested, and no more than 64 KiB.
 */
public final class Yaml {
  private static final int LARGEST = 1 << 16;

  private Yaml() {}

  /**
   * Reads a file.
   *
   * @return text, numbers and truth values by name, in the file's order
   * @throws IOException if it can't be read or holds anything else; the message names the file
   */
  public static Map<String, Object> read(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException(Text.format("%s: larger than a file of options may be", file));
    }
    try {
      return parse(Files.readString(file), file.toString());
    } catch (MalformedInputException e) {
      throw new IOException(file + ": not a text in UTF-8", e);
    }
  }

  /**
   * Reads a text.
   *
   * @param source what to call it
   * @throws IOException as {@link #read} has it
   */
  public static Map<String, Object> parse(String text, String source) throws IOException {
    Object document;
    try {
      document =
          new Load(
                  LoadSettings.builder()
                      .setAllowDuplicateKeys(false)
                      .setAllowRecursiveKeys(false)
                      .setMaxAliasesForCollections(0)
                      .setCodePointLimit(LARGEST)
                      .setLabel(source)
                      .build())
              .loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      String where = e.getProblemMark().map(m -> ", line " + (m.getLine() + 1)).orElse("");
      throw new IOException(Text.format("%s%s: %s", source, where, Quoted.line(e.getProblem())), e);
    } catch (YamlEngineException e) {
      String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new IOException(Text.format("%s: %s", source, Quoted.line(first)), e);
    }
    if (document == null) {
      return Map.of();
    }
    if (!(document instanceof Map<?, ?> entries)) {
      throw new IOException(source + ": expected lines of the form \"name: value\"");
    }
    Map<String, Object> options = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      Object value = entry.getValue();
      boolean plain =
          value instanceof String || value instanceof Number || value instanceof Boolean;
      if (!(entry.getKey() instanceof String name) || !plain) {
        throw new IOException(
            Text.format(
                "%s: %s: expected text, a number, true or false",
                source, Quoted.of(String.valueOf(entry.getKey()))));
      }
      options.put(name, value);
    }
    return options;
  }

  /** Options as a text that {@link #parse} reads back. */
  public static String write(Map<String, ?> options) {
    return new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
        .dumpToString(options);
  }
}
