package io.dmyt.checkpoint.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SafeTensorsTest {
  @TempDir Path temp;

  private Path file(byte[] header, int dataBytes) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    return Files.write(temp.resolve("x.safetensors"), bytes.array());
  }

  private static String refusal(Path file) {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Checkpoints.open(file).close());
    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    assertEquals(
        e.getMessage(),
        assertThrows(
                CheckpointException.class,
                () -> SafeTensors.read(Files.readAllBytes(file), file.toString()))
            .getMessage());
    return e.getMessage();
  }

  @Test
  void memoryAndStreamsHoldWhatFilesHold() throws IOException {
    Path file = temp.resolve("all.safetensors");
    StateDict dict =
        StateDict.builder()
            .put("a", Tensor.of(new float[] {1, 2, 3}, 3, 1))
            .put("b", Tensor.of(new double[] {4}))
            .metadata("k", "v")
            .build();
    SafeTensors.write(dict, file);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafeTensors.write(dict, out);
    assertArrayEquals(Files.readAllBytes(file), out.toByteArray());
    StateDict read = SafeTensors.read(out.toByteArray(), "here");
    assertEquals("here, safetensors", read.origin().toString());
    assertEquals(Map.of("k", "v"), read.metadata());
    assertArrayEquals(new float[] {1, 2, 3}, read.get("a").floats());
    assertArrayEquals(new double[] {4}, read.get("b").doubles());
    read.close();
    assertThrows(IllegalStateException.class, read::tensors);
  }

  /** Header, bytes of data behind it, and what the refusal says. */
  static Stream<Arguments> faults() {
    String a = "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";
    return Stream.of(
        Arguments.of("[]", 0, "does not begin with '{'"),
        Arguments.of(" {}", 0, "does not begin with '{'"),
        Arguments.of("{" + a + "}x", 8, "Unrecognized token"),
        Arguments.of("{" + a + "}{}", 8, "more after its object"),
        Arguments.of("{" + a, 8, "end-of-input"),
        Arguments.of("{" + a + "," + a + "}", 8, "Duplicate field 'a'"),
        Arguments.of("{" + a + ",}", 8, "header: "),
        Arguments.of("{'a':{'dtype':'F32','dtype':'F32'}}", 0, "Duplicate field 'dtype'"),
        Arguments.of("{'a':3}", 0, "expected JSON START_OBJECT"),
        Arguments.of("{'a':{'dtype':'F32','shape':[2]}}", 8, "expected dtype, shape and"),
        Arguments.of("{" + a.replace("'shape'", "'more':0,'shape'") + "}", 8, "unknown field"),
        Arguments.of("{" + a.replace("F32", "F33") + "}", 8, "dtype 'F33'"),
        Arguments.of("{" + a.replace("'F32'", "32") + "}", 8, "VALUE_STRING"),
        Arguments.of("{" + a.replace("[2]", "[-2]") + "}", 8, "negative: -2"),
        Arguments.of("{" + a.replace("[2]", "[2.0]") + "}", 8, "VALUE_NUMBER_INT"),
        Arguments.of("{" + a.replace("[2]", "[9223372036854775808]") + "}", 8, "header: "),
        Arguments.of("{" + a.replace("[2]", "[4294967296,4294967296]") + "}", 8, "too large"),
        Arguments.of("{" + a.replace("[2]", "[4611686018427387904]") + "}", 8, "too large"),
        Arguments.of("{" + a.replace("[2]", "[" + "1,".repeat(64) + "2]") + "}", 8, "more than 64"),
        Arguments.of("{" + a.replace("[2]", "[3]") + "}", 8, "takes 12 bytes"),
        Arguments.of("{" + a.replace("[0,8]", "[0]") + "}", 8, "two data_offsets"),
        Arguments.of("{" + a.replace("[0,8]", "[8,0]") + "}", 8, "expected ascending"),
        Arguments.of("{" + a.replace("[0,8]", "[4,12]") + "}", 8, "expected ascending"),
        Arguments.of("{" + a.replace("[0,8]", "[4,12]") + "}", 12, "gap"),
        Arguments.of("{" + a + "," + a.replace("'a'", "'b'") + "}", 8, "overlap"),
        Arguments.of("{" + a + "}", 12, "the tensors end at 8, the data at 12"),
        Arguments.of("{'__metadata__':{'k':1}}", 0, "VALUE_STRING"),
        Arguments.of("{'__metadata__':[]}", 0, "START_OBJECT"),
        Arguments.of("{'__metadata__':{'k':'v','k':'v'}}", 0, "Duplicate field 'k'"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void faultsAreRefused(String header, int dataBytes, String said) throws IOException {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    String message = refusal(file(json, dataBytes)).replace('"', '\'');
    assertTrue(message.contains(said), message);
  }

  @Test
  void headersBeyondTheFileOrTheFormatsLimitAreRefused() throws IOException {
    for (long length : new long[] {-1, Long.MIN_VALUE, 0, 1, 3, 100_000_001}) {
      ByteBuffer bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putLong(length).put((byte) '{').put((byte) '}');
      Path file = Files.write(temp.resolve("x.safetensors"), bytes.array());
      assertTrue(refusal(file).contains("header length " + Long.toUnsignedString(length)));
    }
    for (int size : new int[] {0, 7}) {
      Path file = Files.write(temp.resolve("short"), new byte[size]);
      assertTrue(refusal(file).contains("only " + size + " bytes"));
    }
  }

  @Test
  void malformedUtf8IsRefused() throws IOException {
    byte[] json = "{\"a\":{}}".getBytes(StandardCharsets.UTF_8);
    json[2] = (byte) 0xff;
    assertTrue(refusal(file(json, 0)).contains("malformed UTF-8"));
    byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);
    assertTrue(refusal(file(utf16, 0)).contains("header: "));
  }

  /** Control characters in names must not break the message's one line. */
  @Test
  void namesAreQuotedOnOneLine() throws IOException {
    byte[] json = "{\"a\\n\\u2028b\":3}".getBytes(StandardCharsets.UTF_8);
    assertTrue(refusal(file(json, 0)).contains("'a??b'"));
  }

  /** As files of the format's first years; the format's own library sorts by offset too. */
  @Test
  void headerMayListTensorsInAnyOrder() throws IOException {
    String json =
        "{'b':{'dtype':'U8','shape':[1],'data_offsets':[2,3]},"
            + "'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},"
            + "'none':{'dtype':'F64','shape':[0],'data_offsets':[2,2]}}  ";
    Path file = file(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 3);
    try (StateDict dict = SafeTensors.open(file)) {
      assertEquals(List.of("b", "a", "none"), List.copyOf(dict.names()));
      assertArrayEquals(new long[] {0}, dict.get("b").longs());
    }
  }

  /** Random bits, so NaNs with payloads among them, over shapes with scalars and empty ones. */
  @ParameterizedTest
  @EnumSource
  void whatIsWrittenIsReadBitForBit(DType dtype) throws IOException {
    long[][] shapes = {{}, {0}, {1}, {7}, {3, 0, 2}, {2, 3, 5}, {1, 1, 1, 1}, {64, 3, 7, 7}};
    Random random = new Random(dtype.ordinal());
    StateDict.Builder builder = StateDict.builder().metadata("format", "pt").metadata("ü\n", "☃");
    for (long[] shape : shapes) {
      byte[] bits = new byte[(int) Tensor.elements(shape) * dtype.bytes()];
      random.nextBytes(bits);
      builder.put("t" + shape.length + "." + bits.length, Tensor.of(dtype, bits, shape));
    }
    // Odd lengths before it, so that the order of the data has to change.
    builder.put("last", Tensor.of(new long[] {Long.MIN_VALUE}));
    try (StateDict dict = builder.build()) {
      Path file = temp.resolve("x.safetensors");
      SafeTensors.write(dict, file);
      byte[] first = Files.readAllBytes(file);
      SafeTensors.write(dict, file);
      assertArrayEquals(first, Files.readAllBytes(file), "not deterministic");
      assertEquals(0, ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8);
      try (StateDict again = SafeTensors.open(file);
          Stream<Path> left = Files.list(temp)) {
        assertEquals(dict.metadata(), again.metadata());
        assertEquals(dict.names(), again.names());
        for (Map.Entry<String, Tensor> entry : dict.tensors().entrySet()) {
          Tensor found = again.get(entry.getKey());
          assertEquals(entry.getValue().dtype(), found.dtype());
          assertArrayEquals(entry.getValue().shape(), found.shape());
          assertArrayEquals(entry.getValue().bytes(), found.bytes(), entry.getKey());
        }
        assertEquals(List.of(file), left.toList(), "something was left beside the file");
      }
    }
  }

  @Test
  void tensorsAreAlignedAndKeepTheirOrderWhereTheyCan() throws IOException {
    Path file = temp.resolve("x.safetensors");
    Tensor half = Tensor.of(DType.F16, new byte[2], 1);
    Tensor four = Tensor.of(new float[2], 2);
    SafeTensors.write(StateDict.builder().put("a", four).put("b", half).build(), file);
    try (StateDict dict = SafeTensors.open(file)) {
      assertEquals(List.of("a", "b"), List.copyOf(dict.names()));
    }
    SafeTensors.write(StateDict.builder().put("b", half).put("a", four).build(), file);
    try (StateDict dict = SafeTensors.open(file)) {
      assertEquals(List.of("a", "b"), List.copyOf(dict.names()));
    }
  }

  @Test
  void failedWriteLeavesTheOldFile() throws IOException {
    Path file = temp.resolve("x.safetensors");
    StateDict dict = StateDict.builder().put("a", Tensor.of(new float[] {1}, 1)).build();
    SafeTensors.write(dict, file);
    byte[] before = Files.readAllBytes(file);
    StateDict source = SafeTensors.open(file);
    StateDict shared = StateDict.builder().put("b", source.get("a")).build();
    source.close();
    assertThrows(IllegalStateException.class, () -> SafeTensors.write(shared, file));
    assertArrayEquals(before, Files.readAllBytes(file));
    try (Stream<Path> left = Files.list(temp)) {
      assertEquals(List.of(file), left.toList());
    }
    Path nowhere = file.resolve("x.safetensors");
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> SafeTensors.write(dict, nowhere));
    assertTrue(e.getMessage().startsWith(nowhere + ": cannot be written"), e.getMessage());
    StateDict reserved = StateDict.builder().put("__metadata__", Tensor.of(new long[1], 1)).build();
    assertThrows(CheckpointException.class, () -> SafeTensors.write(reserved, file));
  }
}
