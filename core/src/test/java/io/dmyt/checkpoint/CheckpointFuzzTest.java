package io.dmyt.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Golden;
import io.dmyt.checkpoint.pytorch.TorchFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages good files at random, from a seed: each is then read whole or refused with a {@link
 * CheckpointException}. Anything else fails, a hang by the timeout, and hunger by the heap's limit.
 */
public class CheckpointFuzzTest {
  private static final long[] TELLING = {
    0,
    1,
    -1,
    2,
    7,
    8,
    127,
    128,
    255,
    256,
    0x7fff,
    0xffff,
    0x7fffffffL,
    0x80000000L,
    0xffffffffL,
    100_000_000,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MAX_VALUE / 4 + 1
  };

  @TempDir Path temp;

  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void damagedFilesAreReadOrRefused() throws IOException {
    assertTrue(fuzz(1, 15_000, temp) > 0, "no damaged file was still readable");
  }

  /** A minute's worth, counted in files so that each run is the same. */
  @Test
  @Tag("slow")
  @Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyDamagedFilesAreReadOrRefused() throws IOException {
    assertTrue(fuzz(2, 150_000, temp) > 0, "no damaged file was still readable");
  }

  /** Tries so many damaged files; returns how many could be read nevertheless. */
  static int fuzz(long seed, int files, Path folder) throws IOException {
    List<byte[]> good = goodFiles();
    byte[] pickle =
        TorchFiles.oneTensor("FloatStorage", 6, 0, new long[] {2, 3}, new long[] {1, 2});
    byte[] kinds = TorchFiles.manyKinds();
    int readable = 0;
    for (int i = 0; i < files; i++) {
      Random random = new Random(seed * 1_000_003 + i);
      byte[] bytes;
      if (i % 3 == 0) {
        // With right checksums, which would hide the pickle's faults.
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("a/data.pkl", damaged(random.nextInt(3) == 0 ? pickle : kinds, random));
        entries.put("a/data/0", new byte[24]);
        bytes = TorchFiles.zip(entries);
      } else {
        bytes = damaged(good.get(random.nextInt(good.size())), random);
      }
      Path file = Files.write(folder.resolve("fuzz"), bytes);
      try (Checkpoint checkpoint = Checkpoints.openAll(file)) {
        for (TensorSet set : checkpoint.sets()) {
          for (Tensor tensor : set.read().tensors().values()) {
            tensor.bytes();
            tensor.doubles();
          }
        }
        readable++;
      } catch (CheckpointException e) {
        assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", file " + i, e);
      }
    }
    return readable;
  }

  private static List<byte[]> goodFiles() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (Path file : Golden.list("checkpoints", "")) {
      String name = file.getFileName().toString();
      if (!name.endsWith(".json") && !name.startsWith("hostile-")) {
        files.add(Files.readAllBytes(file));
      }
    }
    byte[] header =
        ("{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F16\",\"shape\":[2,1],"
                + "\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[],"
                + "\"data_offsets\":[4,5]}}")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer small = ByteBuffer.allocate(8 + header.length + 5).order(ByteOrder.LITTLE_ENDIAN);
    files.add(small.putLong(header.length).put(header).array());
    return files;
  }

  /** One to four small faults. */
  public static byte[] damaged(byte[] good, Random random) {
    byte[] bytes = good.clone();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(7)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        case 3 -> {
          ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
          long value = TELLING[random.nextInt(TELLING.length)];
          int width = 1 << random.nextInt(4);
          for (int i = 0; i < width && at + i < bytes.length; i++) {
            buffer.put(at + i, (byte) (value >> (8 * i)));
          }
        }
        case 4 -> {
          int length = Math.min(random.nextInt(32), Math.min(good.length, bytes.length - at));
          int from = random.nextInt(good.length - length + 1);
          System.arraycopy(good, from, bytes, at, length);
        }
        case 5 -> {
          // A piece twice, or gone.
          int length = Math.min(1 + random.nextInt(40), bytes.length - at);
          boolean twice = random.nextBoolean();
          byte[] next = Arrays.copyOf(bytes, bytes.length + (twice ? length : -length) + 1);
          int from = twice ? at : at + length;
          int to = twice ? at + length : at;
          System.arraycopy(bytes, from, next, to, bytes.length - from);
          bytes = next;
        }
        default -> {
          // Digits decide sizes and offsets in JSON.
          for (int i = at; i < bytes.length; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
              bytes[i] = (byte) ('0' + random.nextInt(10));
              break;
            }
          }
        }
      }
    }
    return bytes;
  }

  /** The long run: seconds, then a seed. */
  public static void main(String[] args) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[0]));
    Path folder = Files.createTempDirectory("fuzz");
    long seed = Long.parseLong(args[1]);
    int batch = 10_000;
    long tried = 0;
    long readable = 0;
    for (; System.nanoTime() < end; seed++, tried += batch) {
      readable += fuzz(seed, batch, folder);
    }
    System.out.println(tried + " damaged files, " + readable + " readable, next seed " + seed);
  }
}
