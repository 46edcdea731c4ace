package io.dmyt.cli;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParameterException;
import com.beust.jcommander.Parameters;
import io.dmyt.LossKind;
import io.dmyt.RuleKind;
import io.dmyt.Version;
import io.dmyt.backbone.BackboneFamily;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.cli.command.Command;
import io.dmyt.cli.command.Commands;
import io.dmyt.cli.option.Arguments;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.output.Terminal;
import io.dmyt.cli.output.Usage;
import io.dmyt.data.ImageDataException;
import io.dmyt.data.TooManyBadImagesException;
import io.dmyt.engine.Backend;
import io.dmyt.internal.Extensions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.jspecify.annotations.Nullable;

/** The entry point: finds the subcommand, runs it, and turns what went wrong into one line. */
public final class Main {
  public static final int OK = 0;
  public static final int FAILED = 1;
  static final int USAGE = 2;

  /** Of {@code predict --fail-on-fake} alone. */
  public static final int FAKE = 3;

  private Main() {}

  @Parameters
  private static final class GlobalOptions {
    @Parameter(
        names = {"-h", "--help"},
        help = true,
        description = "Show this help")
    boolean help;

    @Parameter(names = "--version", help = true, description = "Show the version")
    boolean version;

    @Parameter(names = "--verbose", description = "Show the JVM's options, and whole stack traces")
    boolean verbose;
  }

  /** Options that every subcommand takes. */
  @Parameters
  private static final class CommonOptions {
    @Parameter(
        names = {"-h", "--help"},
        help = true,
        description = "Show this command's options")
    boolean help;

    @Parameter(names = "--verbose", description = "Show the JVM's options, and whole stack traces")
    boolean verbose;

    @Parameter(
        names = "--use",
        description =
            "Classes of your own on the class path ($DMYT_CLASSPATH), comma-separated: losses,"
                + " decision rules, backbone families (not needed for those that their jar registers)")
    List<String> use = List.of();

    void load() {
      for (String name : use) {
        try {
          Extensions.use(
              name.strip(), List.of(LossKind.class, RuleKind.class, BackboneFamily.class));
        } catch (IllegalArgumentException e) {
          throw new UsageException("--use: " + e.getMessage());
        }
      }
    }
  }

  public static void main(String[] arguments) {
    // Numbers and names of files look alike everywhere: "%d" has other digits in some locales.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    // DL4J would write a file into the user's folder where memory runs out, besides our line.
    System.getProperties().putIfAbsent(DL4JSystemProperties.CRASH_DUMP_ENABLED_PROPERTY, "false");
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    int code = run(arguments, new Terminal(out, err, Boolean.getBoolean("dmyt.terminal")));
    out.flush();
    err.flush();
    // ND4J leaves threads behind that are no daemons.
    System.exit(code);
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Runs the command line; never throws, never exits. */
  static int run(String[] arguments, Terminal terminal) {
    GlobalOptions global = new GlobalOptions();
    List<Command> commands = Commands.all();
    JCommander parser = new JCommander(global);
    parser.setProgramName("dmyt");
    parser.setExpandAtSign(false);
    CommonOptions common = new CommonOptions();
    for (Command command : commands) {
      parser.addCommand(command.name(), new Object[] {command, common});
    }
    try {
      Arguments.parse(parser, arguments);
      String name = parser.getParsedCommand();
      if (global.version) {
        terminal.print("dmyt %s", Version.current());
        return OK;
      }
      if (name == null) {
        if (global.help) {
          terminal.print(Usage.overview(parser));
          return OK;
        }
        terminal.say(Usage.overview(parser));
        return USAGE;
      }
      if (common.help || global.help) {
        terminal.print(Usage.of(Objects.requireNonNull(parser.getCommands().get(name)), name));
        return OK;
      }
      Command command =
          commands.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
      if (command.computes()) {
        Backend.require();
      }
      common.load();
      return command.run(terminal);
    } catch (ParameterException e) {
      // What is wrong may have been found before JCommander saw the command.
      String where =
          arguments.length > 0 && parser.getCommands().containsKey(arguments[0])
              ? arguments[0]
              : parser.getParsedCommand();
      terminal.say(
          "dmyt: %s (see dmyt %s--help)",
          Arguments.unguarded(firstLine(e.getMessage())), where == null ? "" : where + " ");
      return USAGE;
    } catch (UsageException e) {
      terminal.say("dmyt: %s (see dmyt %s --help)", e.getMessage(), parser.getParsedCommand());
      return USAGE;
    } catch (OutOfMemoryError e) {
      terminal.say(
          "dmyt: out of memory (%s): try a smaller --batch or --image-size, or give more with"
              + " JAVA_OPTS=\"-Xmx8g -Dorg.bytedeco.javacpp.maxbytes=16g\"",
          firstLine(e.getMessage()));
      return failure(e, global.verbose || common.verbose, terminal);
    } catch (Exception e) {
      terminal.say("dmyt: %s", explain(e));
      return failure(e, global.verbose || common.verbose, terminal);
    }
  }

  private static int failure(Throwable e, boolean verbose, Terminal terminal) {
    if (verbose) {
      e.printStackTrace(terminal.err());
    }
    return FAILED;
  }

  /** One line for the user: what went wrong, and where. */
  public static String explain(Throwable e) {
    Throwable cause = e;
    while (cause instanceof UncheckedIOException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof NoSuchFileException) {
      return "no such file or folder: " + cause.getMessage();
    }
    if (cause instanceof AccessDeniedException) {
      return "no permission: " + cause.getMessage();
    }
    if (cause instanceof FileAlreadyExistsException) {
      return cause.getMessage() + " is in the way: remove it, or choose another name";
    }
    if (cause instanceof TooManyBadImagesException) {
      return cause.getMessage() + "; --bad-image-limit allows more";
    }
    boolean ours =
        cause instanceof IllegalArgumentException
            || cause instanceof IllegalStateException
            || cause instanceof ImageDataException
            || cause instanceof CheckpointException
            || cause instanceof IOException;
    String message = firstLine(cause.getMessage());
    if (ours && !message.isEmpty()) {
      return message;
    }
    return "unexpected "
        + cause.getClass().getSimpleName()
        + (message.isEmpty() ? "" : ": " + message)
        + " (--verbose shows where)";
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "" : message.lines().findFirst().orElse("").strip();
  }
}
