package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.engine.Backend;
import io.dmyt.engine.EngineProvider;
import io.dmyt.engine.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemReportTest {
  private static final long GB = 1L << 30;

  @TempDir Path folder;

  /** Whatever there is or isn't: every engine that is found, and no line that is empty. */
  @Test
  void tellsWhatIsHere() {
    SystemReport report = SystemReport.create();
    Map<String, String> values =
        report.entries().stream()
            .collect(
                Collectors.toMap(SystemReport.Entry::name, SystemReport.Entry::value, (a, b) -> a));
    assertEquals(Version.dl4j(), values.get("DL4J, ND4J"));
    assertTrue(values.keySet().containsAll(List.of("backend", "memory", "cache")), "" + values);
    assertEquals(Backend.unusableBecause() == null, report.usable());
    if (report.usable()) {
      for (EngineProvider provider : Engines.providers()) {
        assertTrue(values.containsKey(provider.title()), provider.title());
      }
      assertTrue(values.get("engine in use").contains(Engines.best().title()), "" + values);
    }
    for (SystemReport.Entry entry : report.entries()) {
      assertEquals(1, entry.value().lines().count(), entry.toString());
      assertTrue(entry.advice() == null || entry.advice().lines().count() == 1, entry.toString());
    }
  }

  @Test
  void limitsAboveTheMachinesMemory() {
    assertNull(new MemoryLimits(8 * GB, 2 * GB, 4 * GB).entry().advice());
    assertNull(new MemoryLimits(0, 2 * GB, 4 * GB).entry().advice());
    SystemReport.Entry tooMuch = new MemoryLimits(8 * GB, 5 * GB, 4 * GB).entry();
    assertEquals(
        "8,192 MB; heap at most 5,120 MB, native arrays at most 4,096 MB", tooMuch.value());
    assertTrue(tooMuch.advice().contains("lower -Xmx"), tooMuch.advice());
  }

  @Test
  void cachesByWhatIsInThem() throws IOException {
    Path cache = folder.resolve("cache");
    assertTrue(CacheSize.of(cache).writable());
    assertEquals(cache + ": 0 MB", CacheSize.of(cache).entry("cache", "X").value());
    Files.createDirectories(cache.resolve("weights/deep"));
    Files.write(cache.resolve("weights/deep/a"), new byte[3 << 20]);
    Files.write(cache.resolve("weights/b"), new byte[1 << 20]);
    Files.write(cache.resolve("c"), new byte[2 << 20]);
    CacheSize size = CacheSize.of(cache);
    assertEquals(Map.of("", 2L << 20, "weights", 4L << 20), size.parts());
    assertEquals(cache + ": 6 MB (weights 4 MB)", size.entry("cache", "X").value());
  }

  @Test
  void cachesThatCanNotBeUsed() {
    Path file = Path.of("some");
    assertNull(new CacheSize(file, Map.of(), true, 2 * GB).entry("cache", "X").advice());
    assertEquals(
        "can't be written to: name another folder with X",
        new CacheSize(file, Map.of(), false, 2 * GB).entry("cache", "X").advice());
    assertEquals(
        "512 MB are left on its disk: make room, or name another folder with X",
        new CacheSize(file, Map.of(), true, GB / 2).entry("cache", "X").advice());
  }

  /** A disk controller of NVIDIA's is no GPU, and another maker's GPU is not NVIDIA's. */
  @Test
  void nvidiaHardware() throws IOException {
    NvidiaFiles files = new NvidiaFiles(folder);
    assertFalse(files.gpuIsPresent());
    assertEquals("", files.release());
    device("0000:00:01.0", "0x10de", "0x010601");
    device("0000:00:02.0", "0x8086", "0x030000");
    assertFalse(files.gpuIsPresent());
    device("0000:01:00.0", "0x10de", "0x030200");
    assertTrue(files.gpuIsPresent());
    Files.createDirectories(folder.resolve("module/nvidia"));
    Files.writeString(folder.resolve("module/nvidia/version"), "535.104.05\n");
    assertEquals("535.104.05, ", files.release());
  }

  private void device(String address, String vendor, String type) throws IOException {
    Path device = Files.createDirectories(folder.resolve("bus/pci/devices").resolve(address));
    Files.writeString(device.resolve("vendor"), vendor + "\n");
    Files.writeString(device.resolve("class"), type + "\n");
  }
}
