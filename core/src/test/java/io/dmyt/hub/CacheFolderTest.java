package io.dmyt.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheFolderTest {
  private static final Path HOME = Path.of("home").toAbsolutePath();

  private static Path folder(String system, Map<String, String> environment) {
    return CacheFolder.of(environment::get, system, HOME.toString());
  }

  @Test
  void eachPlatformHasItsFolder() {
    Path other = Path.of("other").toAbsolutePath();
    assertEquals(HOME.resolve(".cache/dmyt"), folder("Linux", Map.of()));
    assertEquals(
        other.resolve("dmyt"), folder("Linux", Map.of("XDG_CACHE_HOME", other.toString())));
    assertEquals(
        HOME.resolve(".cache/dmyt"), folder("Linux", Map.of("XDG_CACHE_HOME", "relative")));
    assertEquals(HOME.resolve("Library/Caches/dmyt"), folder("Mac OS X", Map.of()));
    assertEquals(HOME.resolve("AppData/Local/dmyt"), folder("Windows 11", Map.of()));
    assertEquals(
        other.resolve("dmyt"), folder("Windows 11", Map.of("LOCALAPPDATA", other.toString())));
  }

  @Test
  void ownVariableGoesFirst() {
    Path own = Path.of("own").toAbsolutePath();
    for (String system : new String[] {"Linux", "Mac OS X", "Windows 11"}) {
      assertEquals(
          own, folder(system, Map.of("DMYT_CACHE", own.toString(), "XDG_CACHE_HOME", "/x")));
      assertEquals(own, folder(system, Map.of("DMYT_CACHE", "own")));
    }
    assertEquals(HOME.resolve(".cache/dmyt"), folder("Linux", Map.of("DMYT_CACHE", " ")));
  }
}
