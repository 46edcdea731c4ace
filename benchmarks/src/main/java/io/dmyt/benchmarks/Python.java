package io.dmyt.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Where Python is, and our scripts for it. */
final class Python {
  /** The second is where Debian's python3-torch and python3-pil install to. */
  private static final List<String> INTERPRETERS = List.of("python3", "/usr/bin/python3");

  private Python() {}

  /**
   * A Python that can import PyTorch.
   *
   * @throws SideProcess.Unavailable if there is none
   */
  static String withTorch() throws SideProcess.Unavailable {
    return with("torch");
  }

  /**
   * A Python that can import a module.
   *
   * @throws SideProcess.Unavailable if there is none
   */
  static String with(String module) throws SideProcess.Unavailable {
    for (String interpreter : INTERPRETERS) {
      if (imports(interpreter, module)) {
        return interpreter;
      }
    }
    throw new SideProcess.Unavailable(
        "no python3 here imports " + module + " (Debian: apt install python3-" + module + ")");
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

  /** The script of the PyTorch side, unpacked from the class path. */
  static Path script() {
    return Script.TORCH_PEER;
  }

  /** Unpacked once, when first asked for. */
  private static final class Script {
    static final Path TORCH_PEER = unpack("torch_peer.py");

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
}
