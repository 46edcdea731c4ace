package io.dmyt.checkpoint.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.pytorch.TorchFiles.Pickle;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors in every form in which PyTorch writes them, and those that are not read. */
class TensorFormsTest {
  private static final float[] SIX = {0, 1, 2, 3, 4, 5};
  private static final byte[] DATA = TorchFiles.floats(ByteOrder.LITTLE_ENDIAN, SIX);

  @TempDir Path temp;

  private Path file(byte[] pickle) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("any/data.pkl", pickle);
    entries.put("any/data/0", DATA);
    return Files.write(temp.resolve("x.pth"), TorchFiles.zip(entries));
  }

  private static Pickle call(Pickle pickle, String module, String name) {
    return pickle.global(module, name).op('(');
  }

  private static Pickle tensor(Pickle p) {
    return p.tensor("FloatStorage", "0", 6, 0, new long[] {6}, new long[] {1});
  }

  private static Pickle v3(Pickle p, String key, String dtype, long bytes, long elements) {
    call(p, "torch._utils", "_rebuild_tensor_v3").storage("UntypedStorage", key, bytes, false);
    p.number(0).numbers(elements).numbers(1).op(0x89);
    return p.global("collections", "OrderedDict").op(')', 'R').global("torch", dtype).op('t', 'R');
  }

  private static Pickle array(Pickle p, String core, String type, String order) {
    call(p, "numpy." + core + ".multiarray", "_reconstruct").global("numpy", "ndarray");
    p.numbers(0).op('C', 1, 'b', 't', 'R', '(').number(1).numbers(6);
    call(p, "numpy", "dtype").text(type).op(0x89, 0x88, 't', 'R', '(').number(3).text(order);
    p.op('N', 'N', 'N').number(-1).number(-1).number(0).op('t', 'b').op(0x89);
    p.op('C', 24);
    for (byte b :
        TorchFiles.floats(
            order.equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN, SIX)) {
      p.op(b);
    }
    return p.op('t', 'b');
  }

  static Stream<Arguments> forms() {
    return Stream.of(
        form("tensor", TensorFormsTest::tensor),
        form(
            "parameter",
            p -> tensor(call(p, "torch._utils", "_rebuild_parameter")).op(0x88, 'N', 't', 'R')),
        form(
            "parameter with state",
            p ->
                tensor(call(p, "torch._utils", "_rebuild_parameter_with_state"))
                    .op(0x88, 'N', '}', 't', 'R')),
        form(
            "from type",
            p -> {
              call(p, "torch._tensor", "_rebuild_from_type_v2");
              p.global("torch._utils", "_rebuild_parameter");
              p.global("torch.nn.parameter", "Parameter").op('(');
              return tensor(p).op(0x88, 'N', 't', '}', 't', 'R');
            }),
        form("version 3", p -> v3(p, "0", "float32", 24, 6)),
        form(
            "another device's, by way of NumPy",
            p ->
                array(
                        call(p, "torch._utils", "_rebuild_device_tensor_from_numpy"),
                        "core",
                        "f4",
                        "<")
                    .global("torch", "float32")
                    .text("xla:0")
                    .op(0x89, 't', 'R')),
        form(
            "another device's, by way of the CPU",
            p ->
                tensor(call(p, "torch._utils", "_rebuild_device_tensor_from_cpu_tensor"))
                    .global("torch", "float32")
                    .text("cuda:0")
                    .op(0x89, 't', 'R')),
        form("NumPy array", p -> array(p, "core", "f4", "<")),
        form("NumPy 2's array", p -> array(p, "_core", "f4", "<")),
        form("big-endian NumPy array", p -> array(p, "core", "f4", ">")),
        form(
            "NumPy array of protocol 5",
            p -> {
              call(p, "numpy.core.numeric", "_frombuffer").op(0x96).int64(DATA.length);
              for (byte b : DATA) {
                p.op(b);
              }
              call(p, "numpy", "dtype").text("f4").op(0x89, 0x88, 't', 'R');
              return p.numbers(6).text("C").op('t', 'R');
            }));
  }

  private static Arguments form(String name, UnaryOperator<Pickle> push) {
    return Arguments.of(Named.of(name, push));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void isRead(UnaryOperator<Pickle> push) throws IOException {
    byte[] pickle = push.apply(new Pickle().op('}').text("w")).op('s').stop();
    try (StateDict dict = Checkpoints.open(file(pickle))) {
      assertArrayEquals(SIX, dict.get("w").floats());
    }
  }

  static Stream<Arguments> unread() {
    return Stream.of(
        Arguments.of(
            "torch.ComplexFloatStorage",
            Named.of(
                "complex",
                (UnaryOperator<Pickle>)
                    p ->
                        p.tensor(
                            "ComplexFloatStorage", "1", 3, 0, new long[] {3}, new long[] {1}))),
        Arguments.of(
            "torch.float8_e4m3fn",
            Named.of("float8", (UnaryOperator<Pickle>) p -> v3(p, "1", "float8_e4m3fn", 24, 24))),
        Arguments.of(
            "torch._utils._rebuild_qtensor",
            Named.of(
                "quantised",
                (UnaryOperator<Pickle>)
                    p -> call(p, "torch._utils", "_rebuild_qtensor").op('N', 't', 'R'))),
        Arguments.of(
            "torch._utils._rebuild_sparse_tensor",
            Named.of(
                "sparse",
                (UnaryOperator<Pickle>)
                    p -> call(p, "torch._utils", "_rebuild_sparse_tensor").op('N', 't', 'R'))),
        Arguments.of(
            "torch._utils._rebuild_wrapper_subclass",
            Named.of(
                "parameter of a wrapper",
                (UnaryOperator<Pickle>)
                    p -> {
                      call(p, "torch._utils", "_rebuild_parameter");
                      call(p, "torch._utils", "_rebuild_wrapper_subclass").op('N', 't', 'R');
                      return p.op(0x88, 'N', 't', 'R');
                    })),
        Arguments.of(
            "my.own.Tensor",
            Named.of(
                "subclass",
                (UnaryOperator<Pickle>)
                    p -> {
                      call(p, "torch._tensor", "_rebuild_from_type_v2");
                      p.global("torch._utils", "_rebuild_parameter").global("my.own", "Tensor");
                      return tensor(p.op('(')).op(0x88, 'N', 't', '}', 't', 'R');
                    })));
  }

  @ParameterizedTest
  @MethodSource("unread")
  void isNotReadButNamed(String why, UnaryOperator<Pickle> push) throws IOException {
    Pickle pickle = new Pickle().op('}', '(').text("w");
    Pickle whole = push.apply(tensor(pickle).text("odd")).op('u');
    try (Checkpoint checkpoint = Checkpoints.openAll(file(whole.stop()))) {
      assertEquals(List.of("w"), List.copyOf(checkpoint.largest().types().keySet()));
      assertEquals(Map.of("odd", why), checkpoint.largest().unreadable());
      CheckpointException e =
          assertThrows(CheckpointException.class, () -> checkpoint.largest().requireReadable());
      assertTrue(e.getMessage().contains("tensor 'odd'"), e.getMessage());
      assertTrue(e.getMessage().contains(why), e.getMessage());
    }
  }

  /** As the oldest protocols write all of it: lines of text. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void protocol0IsRead(boolean legacy) throws IOException {
    String none = legacy ? ", None" : "";
    String text =
        "(dp0\nVno\\u00e4\\u005c\np1\nI00\nsVlr\nF0.5\nsVbig\nL99999999999999999999L\nsVw\n"
            + "ctorch._utils\n_rebuild_tensor_v2\np2\n(P('storage', <class 'torch.FloatStorage'>,"
            + " '0', 'cpu', 6"
            + none
            + ")\nI0\n(I6\ntp3\n(I1\ntI00\nccollections\nOrderedDict\n(tRtRp9\ns.";
    byte[] pickle = text.getBytes(StandardCharsets.ISO_8859_1);
    Path file =
        legacy
            ? Files.write(temp.resolve("x.pth"), TorchFiles.legacy(pickle, 6, DATA))
            : file(pickle);
    try (StateDict dict = Checkpoints.open(file)) {
      assertArrayEquals(SIX, dict.get("w").floats());
      assertEquals(List.of("noä\\", "lr", "big"), dict.origin().leftOut());
    }
  }

  /** A lot of text beside the tensors, as file lists are. */
  @Test
  void aPickleOf20MegabytesIsRead() throws IOException {
    Pickle pickle = new Pickle().op('}', '(').text("w");
    tensor(pickle).text("files").op(']');
    for (int part = 0; part < 200; part++) {
      pickle.op('(');
      for (int i = 0; i < 1000; i++) {
        pickle.text("frames/%03d/%090d.png".formatted(part, i)).number(i).op(0x86);
      }
      pickle.op('e');
    }
    byte[] bytes = pickle.op('u').stop();
    assertTrue(bytes.length > 20 << 20);
    try (StateDict dict = Checkpoints.open(file(bytes))) {
      assertArrayEquals(SIX, dict.get("w").floats());
    }
  }

  /** A long array stays in the file. */
  @Test
  void aLongArrayIsReadWhereItLies() throws IOException {
    int n = 100_000;
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = i;
    }
    byte[] data = TorchFiles.floats(ByteOrder.LITTLE_ENDIAN, values);
    String latin1 = new String(data, StandardCharsets.ISO_8859_1);
    for (boolean text : new boolean[] {false, true}) {
      Pickle p = new Pickle().op('}').text("w");
      call(p, "numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray");
      p.numbers(0).op('C', 1, 'b', 't', 'R', '(').number(1).numbers(n);
      call(p, "numpy", "dtype").text("f4").op(0x89, 0x88, 't', 'R').op(0x89);
      if (text) {
        call(p, "_codecs", "encode").text(latin1).text("latin1").op('t', 'R');
      } else {
        p.op('B').int32(data.length).bytes(data);
      }
      try (StateDict dict = Checkpoints.open(file(p.op('t', 'b', 's').stop()))) {
        assertArrayEquals(values, dict.get("w").floats());
      }
    }
  }

  @Test
  void whatFollowsTheZipIsPassedOver() throws IOException {
    byte[] whole = Files.readAllBytes(file(tensor(new Pickle().op('}').text("w")).op('s').stop()));
    Path padded = Files.write(temp.resolve("y.pth"), Arrays.copyOf(whole, whole.length + 1));
    try (StateDict dict = Checkpoints.open(padded)) {
      assertArrayEquals(SIX, dict.get("w").floats());
    }
  }

  /** As tools that shorten pickles leave them. */
  @Test
  void memoEntriesMayBeLeftOut() throws IOException {
    Pickle pickle = new Pickle().op('}', 'q', 3).text("w");
    tensor(pickle).op('q', 9, 's', '0', 'h', 3);
    try (StateDict dict = Checkpoints.open(file(pickle.stop()))) {
      assertArrayEquals(SIX, dict.get("w").floats());
    }
  }
}
