package io.dmyt.cli.option;

import com.beust.jcommander.IStringConverter;
import com.beust.jcommander.JCommander;
import com.beust.jcommander.ParameterDescription;
import com.beust.jcommander.ParameterException;
import com.beust.jcommander.Parameterized;
import io.dmyt.internal.Suggestions;
import io.dmyt.internal.Text;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What stands before JCommander, which takes an option that it doesn't know for a file where files
 * may stand, and cuts blanks and quotes off every argument: here unknown options are named, and
 * files and texts go through as they are.
 */
public final class Arguments {
  /** Stands at both ends of what must not be trimmed; no character of any alphabet. */
  private static final char GUARD = '\uE000';

  private Arguments() {}

  /**
   * Parses a command line.
   *
   * @throws ParameterException if it is wrong
   */
  public static void parse(JCommander parser, String[] arguments) {
    parser.addConverterInstanceFactory((parameter, type, option) -> converter(type));
    parser.parse(guarded(parser, expanded(parser, spaced(parser, arguments))));
  }

  /** The arguments with {@code --option=value} as two of them. */
  private static String[] spaced(JCommander parser, String[] arguments) {
    JCommander command = arguments.length == 0 ? null : parser.getCommands().get(arguments[0]);
    if (command == null) {
      return arguments;
    }
    Map<String, ParameterDescription> known = options(command);
    List<String> spaced = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      int equals = argument.startsWith("-") ? argument.indexOf('=') : -1;
      String name = equals < 0 ? argument : argument.substring(0, equals);
      ParameterDescription option = known.get(name);
      if (argument.equals("--")) {
        spaced.addAll(Arrays.asList(arguments).subList(i, arguments.length));
        break;
      } else if (equals >= 0 && option != null && takesValue(option)) {
        spaced.add(name);
        spaced.add(argument.substring(equals + 1));
      } else {
        spaced.add(argument);
        if (equals < 0 && option != null && takesValue(option) && i + 1 < arguments.length) {
          i++;
          spaced.add(arguments[i]);
        }
      }
    }
    return spaced.toArray(String[]::new);
  }

  private static String[] expanded(JCommander parser, String[] arguments) {
    JCommander command = arguments.length == 0 ? null : parser.getCommands().get(arguments[0]);
    return command == null ? arguments : OptionFile.expanded(command, arguments);
  }

  private static @Nullable IStringConverter<?> converter(Class<?> type) {
    if (type == String.class) {
      return Arguments::unguarded;
    }
    return type == Path.class ? Arguments::path : null;
  }

  private static Path path(String value) {
    String path = unguarded(value);
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw new ParameterException(Text.format("\"%s\" can't be a path: %s", path, e.getReason()));
    }
  }

  /** A text that JCommander made of guarded arguments, as it was meant. */
  public static String unguarded(String value) {
    return value.replace(String.valueOf(GUARD), "");
  }

  /** The arguments, every file and text guarded against trimming. */
  private static String[] guarded(JCommander parser, String[] arguments) {
    String[] guarded = arguments.clone();
    JCommander command = parser;
    boolean onlyFiles = false;
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (command == parser && !argument.startsWith("-")) {
        command = parser.getCommands().get(argument);
        if (command == null) {
          throw new ParameterException(
              Text.format(
                  "unknown command \"%s\"%s",
                  argument, suggestion(argument, parser.getCommands().keySet())));
        }
      } else if (!onlyFiles && argument.equals("--")) {
        onlyFiles = true;
      } else if (onlyFiles || !argument.startsWith("-") || argument.length() == 1) {
        requireName(argument, "a file");
        guarded[i] = GUARD + argument + GUARD;
      } else {
        ParameterDescription option = option(command, argument);
        if (takesValue(option) && i + 1 < arguments.length) {
          i++;
          Class<?> type = option.getParameterized().getType();
          boolean text = type == String.class || type == Path.class;
          if (type == Path.class) {
            requireName(arguments[i], argument);
          }
          guarded[i] = text ? GUARD + arguments[i] + GUARD : arguments[i];
        }
      }
    }
    return guarded;
  }

  /** An empty name would be that of the current folder. */
  private static void requireName(String argument, String whose) {
    if (argument.isEmpty()) {
      throw new ParameterException(
          Text.format(
              "the name for %s is empty: a variable of the shell may have no value", whose));
    }
  }

  private static Map<String, ParameterDescription> options(JCommander command) {
    Map<String, ParameterDescription> known = new TreeMap<>();
    for (ParameterDescription option : command.getParameters()) {
      for (String each : option.getParameter().names()) {
        known.put(each, option);
      }
    }
    return known;
  }

  private static ParameterDescription option(JCommander command, String argument) {
    Map<String, ParameterDescription> known = options(command);
    ParameterDescription option = known.get(argument);
    if (option == null) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      throw new ParameterException(
          known.containsKey(name)
              ? Text.format("%s takes no value", name)
              : Text.format("unknown option %s%s", name, suggestion(name, known.keySet())));
    }
    return option;
  }

  private static String suggestion(String name, Collection<String> known) {
    Optional<String> near = Suggestions.near(name, known);
    return near.map(n -> Text.format(": did you mean %s?", n)).orElse("");
  }

  static boolean takesValue(ParameterDescription option) {
    Parameterized field = option.getParameterized();
    return field.getType() != boolean.class && field.getType() != Boolean.class;
  }
}
