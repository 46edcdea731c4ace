package io.dmyt.cli.option;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.ParameterDescription;
import com.beust.jcommander.ParameterException;
import io.dmyt.LossKind;
import io.dmyt.internal.Suggestions;
import io.dmyt.internal.Text;
import io.dmyt.internal.Yaml;
import io.dmyt.training.Recipe;
import io.dmyt.training.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Options of a command in a file, by their long names without hyphens: those on the command line
 * take precedence.
 */
public final class OptionFile {
  private static final String CONFIG = "--config";
  private static final String RESUME = "--resume";
  private static final String RECIPE = "--recipe";

  /** What says where a run is, and not how it is done. */
  private static final Set<String> NOT_KEPT =
      Set.of("output", "preview-augment", "config", "resume", "help", "verbose", "use");

  private OptionFile() {}

  /** The values of a command's options, those of its delegates included, in the help's order. */
  public static Map<String, Object> of(Object command) {
    Map<String, Object> values = new TreeMap<>();
    for (ParameterDescription option : new JCommander(command).getParameters()) {
      String name = name(option);
      Object value = option.getParameterized().get(option.getObject());
      if (value != null && !NOT_KEPT.contains(name)) {
        values.put(name, plain(value));
      }
    }
    return values;
  }

  private static Object plain(Object value) {
    if (value instanceof Number || value instanceof Boolean) {
      return value instanceof Integer i ? Long.valueOf(i) : value;
    }
    if (value instanceof Path path) {
      return path.toAbsolutePath().toString();
    }
    if (value instanceof LossKind loss) {
      return loss.id().contains(".") ? loss.getClass().getName() : loss.label();
    }
    return value instanceof Enum<?> constant ? OptionNames.of(constant) : value.toString();
  }

  private static String name(ParameterDescription option) {
    return option.getLongestName().replaceFirst("^-+", "");
  }

  /** Options that a run was begun with, and are others now: in words, one each. */
  public static List<String> differences(Map<String, Object> before, Map<String, Object> now) {
    Set<String> names = new java.util.TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      @Nullable Object was = before.get(name);
      @Nullable Object is = now.get(name);
      if (!Objects.equals(text(was), text(is))) {
        differences.add(Text.format("--%s %s (was %s)", name, shown(is), shown(was)));
      }
    }
    return differences;
  }

  private static String shown(@Nullable Object value) {
    return value == null ? "not given" : text(value);
  }

  private static String text(@Nullable Object value) {
    return String.valueOf(value);
  }

  /**
   * A command line with the options of the file that it names, or of the run, put before its own.
   *
   * @param arguments the command's name first
   * @throws ParameterException if the file can't be read or has an option that the command hasn't
   */
  static String[] expanded(JCommander command, String[] arguments) {
    Map<String, ParameterDescription> known = new LinkedHashMap<>();
    for (ParameterDescription option : command.getParameters()) {
      known.put(name(option), option);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (String from :
        known.containsKey("resume") ? List.of(CONFIG, RESUME, RECIPE) : List.<String>of()) {
      Optional<String> where = value(arguments, from);
      if (where.isPresent()) {
        values.putAll(read(from, where.get(), known));
      }
    }
    if (values.isEmpty()) {
      return arguments;
    }
    Set<String> given = new HashSet<>(Arrays.asList(arguments));
    List<String> all = new ArrayList<>();
    all.add(arguments[0]);
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      ParameterDescription option =
          Objects.requireNonNull(known.get(entry.getKey()), "read() has checked it");
      if (Arrays.stream(option.getParameter().names()).noneMatch(given::contains)) {
        add(all, entry.getKey(), entry.getValue(), option);
      }
    }
    all.addAll(Arrays.asList(arguments).subList(1, arguments.length));
    return all.toArray(String[]::new);
  }

  private static void add(
      List<String> all, String name, Object value, ParameterDescription option) {
    if (!Arguments.takesValue(option)) {
      if (!(value instanceof Boolean given)) {
        throw new ParameterException(Text.format("%s is true or false, not %s", name, value));
      }
      if (given) {
        all.add("--" + name);
      }
      return;
    }
    all.add("--" + name);
    all.add(value.toString());
  }

  private static Optional<String> value(String[] arguments, String option) {
    for (int i = 1; i + 1 < arguments.length && !arguments[i].equals("--"); i++) {
      if (arguments[i].equals(option)) {
        return Optional.of(arguments[i + 1]);
      }
    }
    return Optional.empty();
  }

  private static Map<String, Object> read(
      String option, String source, Map<String, ParameterDescription> known) {
    try {
      Map<String, Object> values =
          switch (option) {
            case RESUME -> TrainingRun.options(Path.of(source));
            case RECIPE -> Recipe.named(source).options();
            default -> Yaml.read(Path.of(source));
          };
      for (String name : values.keySet()) {
        if (!known.containsKey(name) || NOT_KEPT.contains(name)) {
          throw new ParameterException(
              Text.format(
                  "%s: no option %s%s",
                  source,
                  name,
                  Suggestions.near(name, known.keySet())
                      .map(near -> ": did you mean " + near + "?")
                      .orElse("")));
        }
      }
      return values;
    } catch (java.nio.file.NoSuchFileException e) {
      throw new ParameterException(Text.format("%s: no such file: %s", option, source));
    } catch (IOException | IllegalArgumentException e) {
      throw new ParameterException(Text.format("%s: %s", option, e.getMessage()));
    }
  }
}
