package io.dmyt.hub;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Where fetched files are kept. */
public final class CacheFolder {
  /** The environment variable that names the folder. */
  public static final String VARIABLE = "DMYT_CACHE";

  private static final String NAME = "dmyt";

  private CacheFolder() {}

  /**
   * {@code $DMYT_CACHE} if set; otherwise a folder {@code dmyt} in the platform's cache folder:
   * {@code $XDG_CACHE_HOME} or {@code ~/.cache} on Linux and others, {@code ~/Library/Caches} on
   * macOS, {@code %LOCALAPPDATA%} on Windows. It may not exist yet.
   */
  public static Path get() {
    return of(System::getenv, System.getProperty("os.name"), System.getProperty("user.home"));
  }

  static Path of(UnaryOperator<String> environment, String system, String home) {
    String given = environment.apply(VARIABLE);
    if (isSet(given)) {
      return Path.of(given).toAbsolutePath();
    }
    String os = system.toLowerCase(Locale.ROOT);
    if (os.startsWith("windows")) {
      String local = environment.apply("LOCALAPPDATA");
      return (isSet(local) ? Path.of(local) : Path.of(home, "AppData", "Local")).resolve(NAME);
    } else if (os.startsWith("mac")) {
      return Path.of(home, "Library", "Caches", NAME);
    }
    // The XDG specification says to ignore relative paths.
    String xdg = environment.apply("XDG_CACHE_HOME");
    boolean usable = isSet(xdg) && Path.of(xdg).isAbsolute();
    return (usable ? Path.of(xdg) : Path.of(home, ".cache")).resolve(NAME);
  }

  private static boolean isSet(String value) {
    return value != null && !value.isBlank();
  }
}
