package io.dmyt.training;

import io.dmyt.internal.Text;
import io.dmyt.internal.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A set of options that has a name, and a paper: {@code dmyt train --recipe NAME}.
 *
 * @param name by which it is asked for
 * @param text the file, in YAML, with comments that say where it is from
 * @param options by the names of the command line's options
 */
public record Recipe(String name, String text, Map<String, Object> options) {
  /** The recipes that there are. */
  public static final List<String> NAMES = List.of("reference", "dmyt", "sbi", "gend", "dmyt-gend");

  /**
   * Finds a recipe.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists them
   */
  public static Recipe named(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          Text.format("no recipe named %s: there are %s", name, String.join(", ", NAMES)));
    }
    String file = "recipes/" + name + ".yaml";
    try (InputStream in = Recipe.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("this library has no resource " + file);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new Recipe(name, text, Yaml.parse(text, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
