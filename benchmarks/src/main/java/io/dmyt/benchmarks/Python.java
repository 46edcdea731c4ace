package io.dmyt.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where Python is, and our scripts for it. */
final class Python {
  /** The second is where Debian's python3-torch and python3-pil install to. */
  private static final List<String> INTERPRETERS = List.of("python3", "/usr/bin/python3");

  private static final Map<String, Path> SCRIPTS = new HashMap<>();

  private Python() {}

  /**
   * A Python that can import a module.
   *
   * @throws LineProcess.Unavailable if there is none
   */
  static String with(String module) throws LineProcess.Unavailable {
    for (String interpreter : INTERPRETERS) {
      if (imports(interpreter, module)) {
        return interpreter;
      }
    }
    throw new LineProcess.Unavailable(
        "no python3 here imports "
            + module
            + " (Debian: apt install python3-"
            + module.toLowerCase(Locale.ROOT)
            + ")");
  }

  private static boolean imports(String interpreter, String module) {
    try {
      return new ProcessBuilder(interpreter, "-c", "import " + module)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A script of ours, unpacked from the class path once in the life of the process. */
  static synchronized Path script(String name) {
    return SCRIPTS.computeIfAbsent(name, Python::unpack);
  }

  private static Path unpack(String name) {
    try (InputStream source = Python.class.getResourceAsStream("/python/" + name)) {
      Path file = Files.createTempFile("dmyt4j-", "-" + name);
      file.toFile().deleteOnExit();
      Files.copy(source, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
