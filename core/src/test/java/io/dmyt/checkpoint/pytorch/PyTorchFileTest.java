package io.dmyt.checkpoint.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.pytorch.TorchFiles.Pickle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchFileTest {
  private static final byte[] SIX = TorchFiles.floats(ByteOrder.LITTLE_ENDIAN, 0, 1, 2, 3, 4, 5);

  @TempDir Path temp;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(temp.resolve("x.pth"), bytes);
  }

  private static byte[] zip(byte[] pickle, byte[] data) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("any/data.pkl", pickle);
    entries.put("any/data/0", data);
    return TorchFiles.zip(entries);
  }

  private void assertRefused(byte[] bytes, String what) throws IOException {
    Path file = file(bytes);
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Checkpoints.open(file).close());
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  private static long[] sizes(long... sizes) {
    return sizes;
  }

  @Test
  void viewsAreReadThroughTheirStrides() throws IOException {
    Pickle pickle = new Pickle().op('}', '(');
    pickle.text("whole").tensor("FloatStorage", "0", 6, 0, sizes(2, 3), sizes(3, 1));
    pickle.text("transposed").tensor("FloatStorage", "0", 6, 0, sizes(3, 2), sizes(1, 3));
    pickle.text("column").tensor("FloatStorage", "0", 6, 1, sizes(2), sizes(3));
    pickle.text("scalar").tensor("FloatStorage", "0", 6, 5, sizes(), sizes());
    pickle.text("expanded").tensor("FloatStorage", "0", 6, 4, sizes(4, 2), sizes(0, 1));
    pickle.text("empty").tensor("FloatStorage", "0", 6, 6, sizes(0, 3), sizes(3, 1));
    byte[] bytes = zip(pickle.op('u').stop(), SIX);
    try (StateDict dict = Checkpoints.open(file(bytes))) {
      assertEquals(
          List.of("whole", "transposed", "column", "scalar", "expanded", "empty"),
          List.copyOf(dict.names()));
      assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, dict.get("whole").floats());
      assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, dict.get("transposed").floats());
      assertArrayEquals(new float[] {1, 4}, dict.get("column").floats());
      assertArrayEquals(new float[] {5}, dict.get("scalar").floats());
      assertArrayEquals(new float[] {4, 5, 4, 5, 4, 5, 4, 5}, dict.get("expanded").floats());
      assertArrayEquals(new float[0], dict.get("empty").floats());
    }
  }

  /** Larger than what is gathered at once, so that several pieces are joined. */
  @Test
  void largeTransposeIsGatheredWhole() throws IOException {
    int rows = 300;
    int columns = 400;
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    byte[] pickle =
        TorchFiles.oneTensor(
            "FloatStorage", values.length, 0, sizes(columns, rows), sizes(1, columns));
    byte[] data = TorchFiles.floats(ByteOrder.LITTLE_ENDIAN, values);
    try (StateDict dict = Checkpoints.open(file(zip(pickle, data)))) {
      float[] found = dict.get("w").floats();
      for (int c = 0; c < columns; c++) {
        for (int r = 0; r < rows; r++) {
          assertEquals(values[r * columns + c], found[c * rows + r]);
        }
      }
    }
  }

  @Test
  void bigEndianFilesAreTurned() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a/data.pkl", TorchFiles.oneTensor("FloatStorage", 3, 0, sizes(3), sizes(1)));
    entries.put("a/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
    entries.put("a/data/0", TorchFiles.floats(ByteOrder.BIG_ENDIAN, 1.5f, -2, 3));
    try (StateDict dict = Checkpoints.open(file(TorchFiles.zip(entries)))) {
      assertArrayEquals(new float[] {1.5f, -2, 3}, dict.get("w").floats());
      assertArrayEquals(
          TorchFiles.floats(ByteOrder.LITTLE_ENDIAN, 1.5f, -2, 3), dict.get("w").bytes());
    }
    entries.put("a/byteorder", "mixed".getBytes(StandardCharsets.US_ASCII));
    assertRefused(TorchFiles.zip(entries), "byteorder 'mixed'");
  }

  @Test
  void parametersMetadataAndPython2DictsAreRead() throws IOException {
    Pickle pickle = new Pickle().global("collections", "OrderedDict").op('(', ']', '(');
    pickle.op(']', '(', 'U', 1).ascii("w").global("torch._utils", "_rebuild_parameter").op('(');
    pickle.tensor("FloatStorage", "0", 6, 0, sizes(6), sizes(1)).op(0x88, 'N', 't', 'R', 'e');
    pickle.op('e', 't', 'R');
    byte[] state = pickle.op('}').text("_metadata").op('N', 's', 'b').stop();
    try (StateDict dict = Checkpoints.open(file(zip(state, SIX)))) {
      assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, dict.get("w").floats());
    }
  }

  /** Protocol 4: frames, memoize, short strings, globals from the stack. */
  @Test
  void newerProtocolsAreRead() throws IOException {
    Pickle pickle = new Pickle().op('}', 0x94).op(0x8c, 1).ascii("w").op(0x94);
    pickle.op(0x8c, 12).ascii("torch._utils").op(0x8c, 18).ascii("_rebuild_tensor_v2").op(0x93);
    pickle.op('(').storage("FloatStorage", "0", 6, false).number(0).numbers(6).numbers(1);
    byte[] bytes = pickle.op(0x89, 'N', 't', 'R', 's').stop();
    bytes[1] = 4;
    try (StateDict dict = Checkpoints.open(file(zip(bytes, SIX)))) {
      assertEquals(6, dict.get("w").length());
    }
  }

  @Test
  void legacyFilesAreReadAndChecked() throws IOException {
    Pickle pickle = new Pickle().op('}').text("w");
    pickle.tensor("FloatStorage", "0", 6, 1, sizes(2), sizes(3), true);
    byte[] state = pickle.op('s').stop();
    try (StateDict dict = Checkpoints.open(file(TorchFiles.legacy(state, 6, SIX)))) {
      assertArrayEquals(new float[] {1, 4}, dict.get("w").floats());
      assertEquals("PyTorch (before 1.6)", dict.origin().format());
    }
    assertRefused(TorchFiles.legacy(state, 5, SIX), "expected 6 elements");
    assertRefused(TorchFiles.legacy(state, 6, new byte[20]), "found 6 in 20 bytes");
    byte[] padded = Arrays.copyOf(SIX, SIX.length + 0xffff);
    try (StateDict dict = Checkpoints.open(file(TorchFiles.legacy(state, 6, padded)))) {
      assertArrayEquals(new float[] {1, 4}, dict.get("w").floats());
    }
    byte[] longer = Arrays.copyOf(SIX, SIX.length + 0x10000);
    assertRefused(TorchFiles.legacy(state, 6, longer), "65536 bytes after the last storage");
  }

  @ParameterizedTest
  @CsvSource({
    "state_dict, module.",
    "model, _orig_mod.",
    "model_state_dict, module._orig_mod.",
    "net, ''"
  })
  void containersAndPrefixesAreFoundAndSaid(String key, String prefix) throws IOException {
    Pickle pickle = new Pickle().op('}', '(').text("epoch").number(3).text("optimizer").op('}');
    pickle.text(key).op('}', '(').text(prefix + "w");
    pickle.tensor("FloatStorage", "0", 6, 0, sizes(6), sizes(1)).text("note").text("hello");
    byte[] bytes = zip(pickle.op('u', 'u').stop(), SIX);
    try (StateDict dict = Checkpoints.open(file(bytes))) {
      assertEquals(List.of("w"), List.copyOf(dict.names()));
      assertEquals(Optional.of(key), dict.origin().container());
      assertEquals(prefix, dict.origin().prefix().orElse(""));
      assertEquals(List.of("note"), dict.origin().leftOut());
    }
  }

  @Test
  void whatHoldsNoStateDictIsRefused() throws IOException {
    assertRefused(zip(new Pickle().op(']').stop(), SIX), "found a list");
    byte[] other = new Pickle().op('}').text("generator").op('}', 's').stop();
    assertRefused(zip(other, SIX), "found {'generator': a dict of 0}");
    // A dict that contains itself, under a key that is searched.
    byte[] cycle = new Pickle().op('}', 'q', 0).text("model").op('h', 0, 's').stop();
    assertRefused(zip(cycle, SIX), "expected a state dict");
  }

  @ParameterizedTest
  @CsvSource({
    "posix, system",
    "builtins, eval",
    "torch, load",
    "torch, ComplexFloatStorage",
    "torch._utils, _rebuild_qtensor",
    "collections, Counter",
    "argparse, Namespace"
  })
  void otherGlobalsAreRefusedByName(String module, String name) throws IOException {
    byte[] pickle = new Pickle().global(module, name).op(')', 'R').stop();
    assertRefused(zip(pickle, SIX), "refused the global '" + module + "." + name + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "7, 0, 7, 1", // more elements than the storage has
    "6, 0, 7, 1", // than it is long
    "6, 1, 6, 1", // from an offset
    "6, 0, 2, 6", // by its stride
    "6, 0, 3, 4611686018427387904", // overflowing
    "6, 9223372036854775807, 1, 1",
    "6, 0, 4611686018427387904, 0", // expanded without bound
    "6, 0, 9223372036854775807, 1",
    "6, -1, 1, 1",
    "6, 0, -1, 1",
    "6, 1, 2, -1"
  })
  void tensorsStayWithinTheirStorage(long elements, long offset, long size, long stride)
      throws IOException {
    byte[] pickle =
        TorchFiles.oneTensor("FloatStorage", elements, offset, sizes(size), sizes(stride));
    Path file = file(zip(pickle, SIX));
    assertThrows(CheckpointException.class, () -> Checkpoints.open(file).close());
  }

  @Test
  void lengthsAreCheckedBeforeAllocation() throws IOException {
    assertRefused(zip(new Pickle().op('X').int32(-1).stop(), SIX), "claims 4294967295 bytes");
    assertRefused(zip(new Pickle().op(0x8b).int32(1 << 30).stop(), SIX), "claims 1073741824");
    assertRefused(
        zip(new Pickle().op(0x8d).int64(Long.MIN_VALUE).stop(), SIX), "claims 9223372036854775808");
    assertRefused(zip(new Pickle().op('}', 'r').int32(-1).stop(), SIX), "memo entry 4294967295");
    assertRefused(zip(new Pickle().op('h', 9).stop(), SIX), "memo entry 9 of 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"t", "e", "u", "a", "s", "R", "Q", "b", "0", "(.", "N(.", "))u", "]a", "o", "i"})
  void malformedProgramsAreRefused(String opcodes) throws IOException {
    Path file = file(zip(new Pickle().ascii(opcodes).stop(), SIX));
    assertThrows(CheckpointException.class, () -> Checkpoints.open(file).close());
  }

  /** Nested a million deep, it would overflow the stack of anything that recursed. */
  @Test
  void deepNestingDoesNotOverflowTheStack() throws IOException {
    Pickle pickle = new Pickle().op(')');
    for (int i = 0; i < 900_000; i++) {
      pickle.op(0x85);
    }
    assertRefused(zip(pickle.stop(), SIX), "found a tuple of 1");
  }

  /** Each byte of such a file asks for fifty of memory. */
  @Test
  void whatTakesTooMuchMemoryIsRefused() {
    Pickle pickle = new Pickle();
    for (int i = 0; i < 100_000; i++) {
      pickle.op('}');
    }
    Unpickler unpickler =
        new Unpickler("x", ByteBuffer.wrap(pickle.stop()), new HeapBudget(4 << 20));
    CheckpointException e = assertThrows(CheckpointException.class, unpickler::read);
    assertTrue(e.getMessage().contains("more than the 4 MB of memory"), e.getMessage());
  }

  @Test
  void brokenZipsAreRefused() throws IOException {
    byte[] good = zip(TorchFiles.oneTensor("FloatStorage", 6, 0, sizes(6), sizes(1)), SIX);
    for (int length = 4; length < good.length; length++) {
      assertRefused(Arrays.copyOf(good, length), "no end-of-directory record");
    }
    int data = new String(good, StandardCharsets.ISO_8859_1).indexOf("any/data/0") + 10;
    byte[] flipped = good.clone();
    flipped[data + 5] ^= 1;
    assertRefused(flipped, "'any/data/0': its checksum differs");

    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("any/other", SIX);
    assertRefused(TorchFiles.zip(entries), "a zip without data.pkl");
    entries.put("a/data.pkl", SIX);
    entries.put("b/data.pkl", SIX);
    assertRefused(TorchFiles.zip(entries), "two pickles");
    entries.clear();
    entries.put("a/data.pkl", new Pickle().op('}').stop());
    entries.put("a/constants.pkl", SIX);
    assertRefused(TorchFiles.zip(entries), "TorchScript");
    entries.clear();
    entries.put("a/data.pkl", TorchFiles.oneTensor("FloatStorage", 6, 0, sizes(6), sizes(1)));
    assertRefused(TorchFiles.zip(entries), "entry 'a/data/0' is missing");
  }

  @Test
  void entriesThatShareBytesAreRefused() throws IOException {
    byte[] bytes = zip(TorchFiles.oneTensor("FloatStorage", 6, 0, sizes(6), sizes(1)), SIX);
    ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int directory = zip.getInt(bytes.length - 6);
    int second = directory + 46 + zip.getShort(directory + 28) + zip.getShort(directory + 30);
    zip.putInt(second + 42, zip.getInt(directory + 42));
    assertRefused(bytes, "run into what follows");
  }

  @Test
  void compressedEntriesAreRefused() throws IOException {
    Path file = temp.resolve("x.pth");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("a/data.pkl"));
      zip.write(new Pickle().op('}').stop());
    }
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Checkpoints.open(file).close());
    assertTrue(e.getMessage().contains("compressed (method 8)"), e.getMessage());
  }

  /** The directory of a small file, moved into zip64 records as a file over 4 GB has it. */
  @Test
  void zip64IsRead() throws IOException {
    byte[] plain = zip(TorchFiles.oneTensor("FloatStorage", 6, 0, sizes(6), sizes(1)), SIX);
    ByteBuffer old = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
    int end = plain.length - 22;
    int directory = old.getInt(end + 16);
    int count = old.getShort(end + 10);
    ByteBuffer out = ByteBuffer.allocate(plain.length + 200).order(ByteOrder.LITTLE_ENDIAN);
    out.put(plain, 0, directory);
    int at = directory;
    for (int i = 0; i < count; i++) {
      int name = old.getShort(at + 28);
      int start = out.position();
      out.put(plain, at, 46 + name);
      out.putInt(start + 20, -1).putInt(start + 24, -1).putInt(start + 42, -1);
      out.putShort(start + 30, (short) 28);
      out.putShort((short) 1).putShort((short) 24);
      out.putLong(old.getInt(at + 24)).putLong(old.getInt(at + 20)).putLong(old.getInt(at + 42));
      at += 46 + name + old.getShort(at + 30);
    }
    long record = out.position();
    out.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45);
    out.putInt(0).putInt(0).putLong(count).putLong(count);
    out.putLong(record - directory).putLong(directory);
    out.putInt(0x07064b50).putInt(0).putLong(record).putInt(1);
    out.putInt(0x06054b50).putInt(0).putInt(-1).putInt(-1).putInt(-1).putShort((short) 0);
    byte[] zip64 = Arrays.copyOf(out.array(), out.position());
    try (StateDict dict = Checkpoints.open(file(zip64))) {
      assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, dict.get("w").floats());
    }
  }
}
