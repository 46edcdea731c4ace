package io.dmyt;

import com.sun.management.OperatingSystemMXBean;
import io.dmyt.internal.Text;
import java.lang.management.ManagementFactory;
import org.bytedeco.javacpp.Pointer;

/**
 * How much memory there is, and how much of it may be used, in bytes.
 *
 * @param machine what the machine or container has; 0 if unknown
 * @param heap at most, of the JVM
 * @param arrays at most, of native memory, where ND4J keeps its arrays
 */
record MemoryLimits(long machine, long heap, long arrays) {

  static MemoryLimits here() {
    long machine =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 0;
    return new MemoryLimits(machine, Runtime.getRuntime().maxMemory(), Pointer.maxBytes());
  }

  SystemReport.Entry entry() {
    String value =
        Text.format(
            "heap at most %s, native arrays at most %s", megabytes(heap), megabytes(arrays));
    return new SystemReport.Entry(
        "memory",
        machine == 0 ? value : Text.format("%s; %s", megabytes(machine), value),
        machine != 0 && heap + arrays > machine
            ? "the limits add up to more than there is, and the system may end the process: lower"
                + " -Xmx or -Dorg.bytedeco.javacpp.maxbytes"
            : null);
  }

  static String megabytes(long bytes) {
    return Text.format("%,d MB", bytes >> 20);
  }
}
