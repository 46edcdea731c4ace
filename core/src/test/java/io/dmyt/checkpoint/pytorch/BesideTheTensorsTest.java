package io.dmyt.checkpoint.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.checkpoint.pytorch.TorchFiles.Pickle;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Objects that lie beside a state dict are passed over, and nothing is looked for in them. */
class BesideTheTensorsTest {
  private static final float[] SIX = {0, 1, 2, 3, 4, 5};
  private static final long[] SIZE = {6};
  private static final long[] STRIDE = {1};

  @TempDir Path temp;

  private Path file(byte[] pickle) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("any/data.pkl", pickle);
    entries.put("any/data/0", TorchFiles.floats(ByteOrder.LITTLE_ENDIAN, SIX));
    return Files.write(temp.resolve("x.pth"), TorchFiles.zip(entries));
  }

  private static Pickle tensor(Pickle pickle) {
    return pickle.tensor("FloatStorage", "0", 6, 0, SIZE, STRIDE);
  }

  private static Pickle call(Pickle pickle, String module, String name) {
    return pickle.global(module, name).op('(');
  }

  /** Each pushes one value. */
  static Stream<Arguments> besides() {
    return Stream.of(
        beside(
            "argparse.Namespace",
            p ->
                p.global("argparse", "Namespace")
                    .op(')', 0x81, '}')
                    .text("lr")
                    .number(1)
                    .op('s', 'b')),
        beside(
            "numpy scalar",
            p ->
                call(p, "numpy.core.multiarray", "scalar")
                    .global("numpy", "dtype")
                    .op('(')
                    .text("f8")
                    .op(0x89, 0x88, 't', 'R')
                    .op('(')
                    .number(3)
                    .text("<")
                    .op('N', 'N', 'N')
                    .number(-1)
                    .op('t', 'b')
                    .op('C', 8, 0, 0, 0, 0, 0, 0, 0, 0)
                    .op('t', 'R')),
        beside("pathlib.PosixPath", p -> call(p, "pathlib", "PosixPath").text("/").op('t', 'R')),
        beside(
            "collections.Counter",
            p -> call(p, "collections", "Counter").op('}', 'K', 9, 'K', 1, 's', 't', 'R')),
        beside(
            "defaultdict",
            p ->
                call(p, "collections", "defaultdict")
                    .global("builtins", "list")
                    .op('t', 'R')
                    .text("a")
                    .op(']', 's')),
        beside(
            "set of protocol 2", p -> call(p, "__builtin__", "set").op(']', 'K', 1, 'a', 't', 'R')),
        beside("set of protocol 4", p -> p.op(0x8f, '(', 'K', 1, 0x90)),
        beside("frozenset", p -> p.op('(', 'K', 1, 0x91)),
        beside("torch.Size", p -> call(p, "torch", "Size").numbers(3, 64).op('t', 'R')),
        beside("torch.device", p -> call(p, "torch", "device").text("cuda").op('t', 'R')),
        beside("torch.float16", p -> p.global("torch", "float16")),
        beside(
            "datetime.datetime",
            p -> call(p, "datetime", "datetime").op('C', 2, 7, 0xe8).op('t', 'R')),
        beside(
            "complex",
            p ->
                call(p, "builtins", "complex")
                    .op('G', 0, 0, 0, 0, 0, 0, 0, 0)
                    .op('G', 0, 0, 0, 0, 0, 0, 0, 0)
                    .op('t', 'R')),
        beside("bytes", p -> p.op('C', 1, 0xff)),
        beside("bytearray", p -> p.op(0x96).int64(2).op(1, 2)),
        beside(
            "bytes of protocol 2",
            p -> call(p, "_codecs", "encode").text("ÿ").text("latin1").op('t', 'R')),
        beside(
            "getattr",
            p ->
                call(p, "__builtin__", "getattr")
                    .global("a.b", "Schedule")
                    .text("step")
                    .op('t', 'R')),
        beside("unknown class", p -> p.global("my.own", "Thing").op(')', 0x81, 'N', 'b')),
        beside(
            "unknown class with keywords",
            p -> p.global("my.own", "Thing").op(')', '}').text("k").op('N', 's', 0x92)),
        beside("old-style instance", p -> p.op('(').op('i').ascii("my.own\nThing\n")),
        beside("old-style object", p -> p.op('(').global("my.own", "Thing").op('N', 'o')),
        beside(
            "list-like object",
            p -> p.global("my.own", "L").op(')', 'R', 'N', 'a', '(', 'N', 'N', 'e')),
        beside("dict-like object", p -> p.global("my.own", "D").op(')', 'R', 'N', 'N', 's')),
        beside("huge number", p -> p.op(0x8a, 9).int64(-1).op(1)),
        beside("number of 200 bytes", p -> p.op(0x8a, 200).bytes(new byte[200])),
        beside("number of 300 digits", p -> p.op('L').ascii("9".repeat(300) + "L\n")),
        beside(
            "class and source of a module in protocol 0",
            p ->
                p.op('P')
                    .ascii("('module', <class 'my.own.Loss'>, '/a.py', '")
                    .ascii("x".repeat(2000) + "')\n")),
        beside("text that is not UTF-8", p -> p.op('X').int32(1).op(0xff)),
        beside("ext", p -> p.op(0x82, 1)),
        beside(
            "sparse tensor",
            p -> call(p, "torch._utils", "_rebuild_sparse_tensor").op('N', 't', 'R')),
        beside("popped and doubled", p -> p.op('N', '2', '0', '(', 'N', '1')));
  }

  private static Arguments beside(String name, UnaryOperator<Pickle> push) {
    return Arguments.of(org.junit.jupiter.api.Named.of(name, push));
  }

  @ParameterizedTest
  @MethodSource("besides")
  void isPassedOver(UnaryOperator<Pickle> push) throws IOException {
    // Before the state dict, in it, and as the key of something else.
    Pickle pickle = new Pickle().op('}', '(').text("beside");
    push.apply(pickle).text("state_dict").op('}', '(').text("w");
    tensor(pickle).text("among");
    push.apply(pickle).op('u', 'u');
    try (StateDict dict = Checkpoints.open(file(pickle.stop()))) {
      assertEquals(List.of("w"), List.copyOf(dict.names()));
      assertArrayEquals(SIX, dict.get("w").floats());
    }
  }

  @Test
  void manyKindsAreToldApart() throws IOException {
    try (Checkpoint checkpoint = Checkpoints.openAll(file(TorchFiles.manyKinds()))) {
      TensorSet net = checkpoint.largest();
      assertEquals("net", net.key());
      assertEquals(List.of("a", "v3", "type", "array"), List.copyOf(net.types().keySet()));
      assertEquals(Map.of("odd", "torch._utils._rebuild_qtensor"), net.unreadable());
      StateDict dict = net.read();
      assertArrayEquals(new float[] {0, 2, 4, 1, 3, 5}, dict.get("a").floats());
      assertArrayEquals(new float[] {1, 2, 3, 4}, dict.get("v3").floats());
      assertArrayEquals(new long[] {1, 2}, dict.get("array").longs());
    }
  }

  @Test
  void tuplesAndObjectsAreKeys() throws IOException {
    Pickle pickle = new Pickle().op('}', '(').op('(').text("a").text("b").op('t').number(1);
    pickle.global("my.own", "Key").op(')', 'R').number(2).op('C', 1, 0).number(3);
    pickle.op('N').number(4).text("w");
    try (StateDict dict = Checkpoints.open(file(tensor(pickle).op('u').stop()))) {
      assertEquals(List.of("w"), List.copyOf(dict.names()));
    }
    // What Python can't hash either.
    byte[] list = new Pickle().op('}', ']', 'N', 's').stop();
    assertRefused("a dict with the key a list", file(list));
  }

  private static void assertRefused(String what, Path file) {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Checkpoints.open(file).close());
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  /** None of them is run either; but who writes one into a file means harm. */
  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, popen",
    "nt, system",
    "subprocess, Popen",
    "builtins, exec",
    "__builtin__, eval",
    "builtins, __import__",
    "shutil, rmtree",
    "socket, socket",
    "importlib, import_module",
    "runpy, run_path",
    "webbrowser, open"
  })
  void harmIsRefusedWhereverItLies(String module, String name) throws IOException {
    Pickle pickle = new Pickle().op('}', '(').text("w");
    call(tensor(pickle).text("x"), module, name).text("touch me").op('t', 'R');
    assertRefused("refused the global '" + module + "." + name + "'", file(pickle.op('u').stop()));
  }

  @Test
  void anObjectInTheStateDictsPlaceIsNamed() throws IOException {
    Pickle pickle = new Pickle().op('}').text("model").global("my.own", "Net").op(')', 0x81);
    byte[] bytes = pickle.op('}').text("conv.weight").op('N', 's', 'b', 's').stop();
    assertRefused("found {'model': something of 'my.own.Net'}", file(bytes));
    assertRefused("save the network's state_dict()", file(bytes));
  }

  /** An object of that class whose state is so many tensors, under its own name in a dict. */
  private static Pickle object(Pickle pickle, String name, int tensors) {
    pickle.text(name).global("my.own", name).op(')', 0x81, '}', '(');
    for (int i = 0; i < tensors; i++) {
      tensor(pickle.text("w" + i), Integer.toString(i));
    }
    return pickle.op('u', 'b');
  }

  private static Pickle tensor(Pickle pickle, String key) {
    return pickle.tensor("FloatStorage", key, 6, 0, SIZE, STRIDE);
  }

  /** What lies beside a network that was saved as an object is not the network. */
  @Test
  void valuesBesideANetworkThatIsAnObjectAreNotTakenForIt() throws IOException {
    Pickle pickle = new Pickle().op('}', '(');
    object(object(pickle, "Namespace", 1), "Net", 3);
    byte[] bytes = tensor(pickle.text("best_acc1"), "0").op('u').stop();
    assertRefused("refused the global 'my.own.Net': only tensors", file(bytes));
    // Two values are no more than the two tensors of an object, and a module's name tells.
    for (String name : List.of("a", "layer.weight")) {
      int within = name.equals("a") ? 2 : 3;
      pickle = object(new Pickle().op('}', '('), "Net", within);
      tensor(tensor(pickle.text(name), "0").text("b"), "0").op('u');
      try (Checkpoint checkpoint = Checkpoints.openAll(file(pickle.stop()))) {
        assertEquals(List.of(name, "b"), List.copyOf(checkpoint.largest().types().keySet()));
      }
    }
  }

  @Test
  void anOptimisersStateIsNoNetwork() throws IOException {
    Pickle pickle = new Pickle().op('}', '(').text("optimizer").op('}', '(').text("state");
    tensor(pickle.op('}').number(0).op('}').text("exp_avg"), "0").op('s', 's');
    pickle.text("param_groups").op(']', 'u').text("epoch").number(3).op('u');
    assertRefused("expected a state dict, found {'optimizer': a dict of 2", file(pickle.stop()));
  }

  @Test
  void oneDictUnderTwoKeysIsFoundUnderEither() throws IOException {
    Pickle pickle = new Pickle().op('}').text("student").op('}').text("net").op('}', 'q', 9);
    tensor(pickle.text("w")).op('s', 's', 'q', 10, 's').text("teacher").op('h', 10, 's');
    pickle.text("deep").op('}').text("er").op('}').text("copy").op('h', 9, 's', 's', 's');
    byte[] bytes = pickle.stop();
    try (Checkpoint checkpoint = Checkpoints.openAll(file(bytes))) {
      assertEquals("student.net", checkpoint.largest().key());
      for (String key : List.of("student", "teacher", "teacher.net", "deep")) {
        assertEquals("student.net", checkpoint.largest(key).key(), key);
      }
      assertThrows(CheckpointException.class, () -> checkpoint.largest("teacher.other"));
    }
  }
}
