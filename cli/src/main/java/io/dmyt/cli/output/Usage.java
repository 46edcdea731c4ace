package io.dmyt.cli.output;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.ParameterDescription;
import com.beust.jcommander.Parameters;
import io.dmyt.cli.option.OptionNames;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The help texts, made from JCommander's annotations. */
public final class Usage {
  private static final int WIDTH = 96;
  private static final int COLUMN = 30;

  private Usage() {}

  /** What {@code dmyt --help} shows. */
  public static String overview(JCommander parser) {
    StringBuilder text = new StringBuilder("Usage: dmyt COMMAND [OPTIONS]\n\nCommands:\n");
    for (Map.Entry<String, JCommander> command : parser.getCommands().entrySet()) {
      row(text, command.getKey(), description(command.getValue()));
    }
    text.append("\nOptions:\n");
    options(text, parser);
    text.append(
        """

        dmyt COMMAND --help explains a command. A first try: dmyt demo
        Exit codes: 0 done, 1 failed, 2 called wrongly; predict --fail-on-fake: 3 if there are fakes.""");
    return text.toString();
  }

  /** What {@code dmyt COMMAND --help} shows. */
  public static String of(JCommander command, String name) {
    StringBuilder text = new StringBuilder("Usage: dmyt ").append(name).append(" [OPTIONS]");
    ParameterDescription main = command.getMainParameterValue();
    if (main != null) {
      text.append(' ').append(main.getDescription().replaceFirst(":.*", ""));
    }
    text.append("\n\n");
    wrap(text, description(command), 0);
    text.append('\n');
    if (main != null && main.getDescription().contains(":")) {
      text.append('\n');
      wrap(text, main.getDescription(), 2);
      text.append('\n');
    }
    text.append("\nOptions:\n");
    options(text, command);
    return text.toString().stripTrailing();
  }

  private static String description(JCommander command) {
    return command.getObjects().stream()
        .map(o -> o.getClass().getAnnotation(Parameters.class))
        .filter(a -> a != null && !a.commandDescription().isEmpty())
        .map(Parameters::commandDescription)
        .findFirst()
        .orElse("");
  }

  private static void options(StringBuilder text, JCommander parser) {
    List<ParameterDescription> parameters =
        parser.getParameters().stream()
            .filter(p -> !p.getParameter().hidden())
            .sorted(
                Comparator.comparing((ParameterDescription p) -> p.isHelp())
                    .thenComparing(p -> !p.getParameter().required())
                    .thenComparingInt(p -> p.getParameter().order())
                    .thenComparing(ParameterDescription::getLongestName))
            .toList();
    for (ParameterDescription parameter : parameters) {
      String description = parameter.getDescription();
      String value = shown(parameter.getDefault());
      if (parameter.getParameter().required()) {
        description += " (required)";
      } else if (!value.isEmpty()) {
        description += " (default: " + value + ")";
      }
      row(text, String.join(", ", parameter.getParameter().names()), description);
    }
  }

  /** A default as people write it; empty if there is nothing to show. */
  private static String shown(@Nullable Object value) {
    if (value == null || value instanceof Boolean) {
      return "";
    }
    if (value instanceof Double) {
      return value.toString().replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
    }
    if (value instanceof List<?> list) {
      return String.join(",", list.stream().map(Object::toString).toList());
    }
    return value instanceof Enum<?> e ? OptionNames.of(e) : value.toString();
  }

  private static void row(StringBuilder text, String name, String description) {
    text.append("  ").append(name);
    int at = name.length() + 2;
    if (at >= COLUMN) {
      text.append('\n');
      at = 0;
    }
    text.append(" ".repeat(COLUMN - at));
    wrap(text, description, COLUMN);
    text.append('\n');
  }

  /** Appends words; a line that grows too long goes on in the next, indented. */
  private static void wrap(StringBuilder text, String words, int indent) {
    int line = indent;
    boolean first = true;
    for (String word : words.split(" ", -1)) {
      if (!first && line + 1 + word.length() > WIDTH) {
        text.append('\n').append(" ".repeat(indent));
        line = indent;
      } else if (!first) {
        text.append(' ');
        line++;
      }
      text.append(word);
      line += word.length();
      first = false;
    }
  }
}
