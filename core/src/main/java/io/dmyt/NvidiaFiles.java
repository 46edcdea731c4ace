package io.dmyt;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Linux says of NVIDIA's hardware and driver without either being asked; nothing elsewhere.
 *
 * @param sys where the kernel's {@code /sys} lies
 */
record NvidiaFiles(Path sys) {
  private static final String VENDOR = "0x10de";
  private static final String DISPLAY_CONTROLLER = "0x03";

  static NvidiaFiles here() {
    return new NvidiaFiles(Path.of("/sys"));
  }

  /** Whether the machine has a GPU of NVIDIA's, be it usable or not. */
  boolean gpuIsPresent() {
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(sys.resolve("bus/pci/devices"))) {
      for (Path device : devices) {
        if (text(device.resolve("vendor")).equals(VENDOR)
            && text(device.resolve("class")).startsWith(DISPLAY_CONTROLLER)) {
          return true;
        }
      }
    } catch (IOException e) {
      return false;
    }
    return false;
  }

  /** The driver's release and a comma, e.g. {@code "535.104.05, "}; empty if unknown. */
  String release() {
    String release = text(sys.resolve("module/nvidia/version"));
    return release.isEmpty() ? "" : release + ", ";
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
