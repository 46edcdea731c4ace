package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles and the files around them, good and bad, as {@code torch.save} would. */
public final class TorchFiles {
  /** The entry of a file's pickle. */
  public static final String PICKLE = "model/data.pkl";

  private static final String KEYS = "model/data/";

  private TorchFiles() {}

  /** A pickle of protocol 2, unless another is asked for, opcode by opcode. */
  static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean framed;
    private final boolean legacy;

    Pickle() {
      this(2, false);
    }

    /**
     * @param protocol 2 to 4
     * @param legacy whether storages are those of the format before PyTorch 1.6
     */
    Pickle(int protocol, boolean legacy) {
      framed = protocol >= 4;
      this.legacy = legacy;
      op(0x80, protocol);
    }

    Pickle op(int... bytes) {
      for (int b : bytes) {
        out.write(b);
      }
      return this;
    }

    Pickle bytes(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    Pickle ascii(String text) {
      out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      return this;
    }

    Pickle int32(int value) {
      out.writeBytes(little(4).putInt(value).array());
      return this;
    }

    Pickle int64(long value) {
      out.writeBytes(little(8).putLong(value).array());
      return this;
    }

    /** An int of any size, as LONG1 of 8 bytes. */
    Pickle number(long value) {
      return op(0x8a, 8).int64(value);
    }

    Pickle text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      if (framed && utf8.length < 256) {
        return op(0x8c, utf8.length).bytes(utf8).op(0x94);
      }
      op('X').int32(utf8.length);
      out.writeBytes(utf8);
      return this;
    }

    Pickle global(String module, String name) {
      if (framed) {
        return text(module).text(name).op(0x93, 0x94);
      }
      return op('c').ascii(module + "\n" + name + "\n");
    }

    Pickle numbers(long... values) {
      op('(');
      for (long value : values) {
        number(value);
      }
      return op('t');
    }

    /** A storage's persistent id; the legacy format has None after the length. */
    Pickle storage(String type, String key, long elements, boolean legacy) {
      op('(').text("storage").global("torch", type).text(key).text("cpu").number(elements);
      return (legacy ? op('N') : this).op('t', 'Q');
    }

    Pickle tensor(
        String type, String key, long elements, long offset, long[] shape, long[] strides) {
      return tensor(type, key, elements, offset, shape, strides, false);
    }

    Pickle tensor(
        String type,
        String key,
        long elements,
        long offset,
        long[] shape,
        long[] strides,
        boolean legacy) {
      global("torch._utils", "_rebuild_tensor_v2").op('(').storage(type, key, elements, legacy);
      number(offset).numbers(shape).numbers(strides).op(0x89);
      return global("collections", "OrderedDict").op(')', 'R').op('t', 'R');
    }

    byte[] stop() {
      return op('.').out.toByteArray();
    }
  }

  /** {@code {"w": tensor}} over one storage named 0. */
  public static byte[] oneTensor(
      String type, long elements, long offset, long[] shape, long[] strides) {
    return new Pickle()
        .op('}')
        .text("w")
        .tensor(type, "0", elements, offset, shape, strides)
        .op('s')
        .stop();
  }

  /** Most of what is read, passed over or left out, over one storage named 0 of six floats. */
  public static byte[] manyKinds() {
    Pickle p = new Pickle().op('}', 'q', 0, '(');
    p.text("args").global("argparse", "Namespace").op(')', 0x81, '}').text("lr").number(1);
    p.op('s', 'b').text("log").global("collections", "defaultdict").op('(');
    p.global("builtins", "list").op('t', 'R').text("set").op(0x8f, '(', 'K', 1, 0x90);
    p.text("bytes").global("_codecs", "encode").op('(').text("ÿ").text("latin1").op('t', 'R');
    p.text("old").op('I').ascii("01\n").text("float").op('F').ascii("0.5\n");
    p.text("text").op('V').ascii("a\\u00e4\n").text("list").op('(', 'K', 1, 'K', 2, 'l');
    p.text("dict").op('(', 'K', 1, 'N', 'd').text("instance").op('(', 'N', 'i');
    p.ascii("my.own\nThing\n").text("net").global("collections", "OrderedDict").op(')', 'R');
    p.op('q', 1, '(').text("a").global("torch._utils", "_rebuild_parameter").op('(');
    p.tensor("FloatStorage", "0", 6, 0, new long[] {2, 3}, new long[] {1, 2}).op(0x88, 'N');
    p.op('t', 'R').text("v3").global("torch._utils", "_rebuild_tensor_v3").op('(');
    p.storage("FloatStorage", "0", 6, false).number(1).numbers(4).numbers(1).op(0x89, 'N');
    p.global("torch", "float32").op('t', 'R').text("type");
    p.global("torch._tensor", "_rebuild_from_type_v2").op('(');
    p.global("torch._utils", "_rebuild_tensor_v2").global("torch", "Tensor").op('(');
    p.storage("FloatStorage", "0", 6, false).number(0).numbers().numbers().op(0x89, 'N', 't');
    p.op('}', 't', 'R').text("array").global("numpy.core.multiarray", "_reconstruct");
    p.op('(').global("numpy", "ndarray").numbers(0).op('C', 1, 'b', 't', 'R', '(').number(1);
    p.numbers(2).global("numpy", "dtype").op('(').text("i2").op(0x89, 0x88, 't', 'R');
    p.op(0x89, 'C', 4, 1, 0, 2, 0, 't', 'b').text("odd");
    p.global("torch._utils", "_rebuild_qtensor").op('(', 'N', 't', 'R', 'u', '}', 'b');
    p.text("again").op('h', 1).text("itself").op('h', 0).text("pairs").op(']');
    return p.text("b").op('K', 1, 0x86, 'a', 'u').stop();
  }

  /** A whole state dict of F32 and I64 tensors, as PyTorch 1.6 and later write it. */
  public static byte[] of(StateDict dict) {
    return save(dict);
  }

  /** A value that writes itself. */
  @FunctionalInterface
  interface Written {
    void to(Pickle pickle);
  }

  /**
   * Any nesting of maps, lists, arrays as tuples, texts, whole numbers and tensors, as PyTorch 1.6
   * and later write it; a {@link StateDict} is a map of its tensors, any other object one of an
   * unknown class.
   */
  public static byte[] save(Object value) {
    return zip(entries(value));
  }

  /** The entries of such a file: {@link #PICKLE}, then the storages. */
  public static Map<String, byte[]> entries(Object value) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put(PICKLE, new byte[0]);
    Pickle pickle = new Pickle();
    write(value, pickle, entries);
    entries.put(PICKLE, pickle.stop());
    return entries;
  }

  /** A tensor of that size, with strides for each, over a storage that the file doesn't have. */
  public static Object claimed(long[] shape, long[] strides, long elements) {
    return (Written)
        p -> p.tensor("FloatStorage", "claimed" + elements, elements, 0, shape, strides);
  }

  /**
   * The same as it was written before PyTorch 1.6.
   *
   * @param protocol of the pickles, 2 to 4
   */
  public static byte[] saveLegacy(Object value, int protocol) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("", new byte[0]);
    Pickle pickle = new Pickle(protocol, true);
    write(value, pickle, entries);
    entries.remove("");
    ByteArrayOutputStream out = legacyStart(protocol);
    out.writeBytes(pickle.stop());
    Pickle keys = new Pickle(protocol, true).op(']');
    entries.keySet().forEach(key -> keys.text(key.substring(KEYS.length())).op('a'));
    out.writeBytes(keys.stop());
    entries.values().forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static void write(Object value, Pickle pickle, Map<String, byte[]> entries) {
    if (value instanceof Written written) {
      written.to(pickle);
    } else if (value instanceof Object[] tuple) {
      pickle.op('(');
      for (Object item : tuple) {
        write(item, pickle, entries);
      }
      pickle.op('t');
    } else if (value instanceof StateDict dict) {
      write(dict.tensors(), pickle, entries);
    } else if (value instanceof Map<?, ?> map) {
      pickle.op('}');
      map.forEach(
          (key, item) -> {
            write(key, pickle, entries);
            write(item, pickle, entries);
            pickle.op('s');
          });
    } else if (value instanceof List<?> list) {
      pickle.op(']');
      for (Object item : list) {
        write(item, pickle, entries);
        pickle.op('a');
      }
    } else if (value instanceof String text) {
      pickle.text(text);
    } else if (value instanceof Integer number) {
      pickle.number(number);
    } else if (value instanceof Tensor tensor) {
      String key = String.valueOf(entries.size() - 1);
      write(tensor, key, pickle);
      entries.put(KEYS + key, pickle.legacy ? counted(tensor) : tensor.bytes());
    } else {
      pickle.global("my.own", "Thing").op(')', 0x81);
    }
  }

  private static void write(Tensor tensor, String key, Pickle pickle) {
    long[] strides = new long[tensor.shape().length];
    long stride = 1;
    for (int d = strides.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= tensor.shape()[d];
    }
    String type = tensor.dtype() == DType.F32 ? "FloatStorage" : "LongStorage";
    pickle.tensor(type, key, tensor.length(), 0, tensor.shape(), strides, pickle.legacy);
  }

  /** A storage's length and values, as the legacy format has them. */
  private static byte[] counted(Tensor tensor) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(little(8).putLong(tensor.length()).array());
    out.writeBytes(tensor.bytes());
    return out.toByteArray();
  }

  /** A zip of stored entries. */
  public static byte[] zip(Map<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setMethod(ZipOutputStream.STORED);
      for (Map.Entry<String, byte[]> e : entries.entrySet()) {
        CRC32 crc = new CRC32();
        crc.update(e.getValue());
        ZipEntry entry = new ZipEntry(e.getKey());
        entry.setSize(e.getValue().length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(e.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A file before PyTorch 1.6 of one pickle and one storage named 0. */
  static byte[] legacy(byte[] pickle, long elements, byte[] data) {
    ByteArrayOutputStream out = legacyStart(2);
    out.writeBytes(pickle);
    out.writeBytes(new Pickle().op(']').text("0").op('a').stop());
    out.writeBytes(little(8).putLong(elements).array());
    out.writeBytes(data);
    return out.toByteArray();
  }

  /** The pickles before the object's: magic number, version, the system. */
  private static ByteArrayOutputStream legacyStart(int protocol) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        new byte[] {
          (byte) 0x80,
          (byte) protocol,
          (byte) 0x8a,
          10,
          0x6c,
          (byte) 0xfc,
          (byte) 0x9c,
          0x46,
          (byte) 0xf9,
          0x20,
          0x6a,
          (byte) 0xa8,
          0x50,
          0x19,
          '.'
        });
    out.writeBytes(new Pickle(protocol, true).number(1001).stop());
    out.writeBytes(new Pickle(protocol, true).op('}').stop());
    return out;
  }

  static byte[] floats(ByteOrder order, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(order);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
