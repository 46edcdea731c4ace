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
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles and the files around them, good and bad, as {@code torch.save} would. */
public final class TorchFiles {
  private TorchFiles() {}

  /** A pickle of protocol 2, opcode by opcode. */
  static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
      op(0x80, 2);
    }

    Pickle op(int... bytes) {
      for (int b : bytes) {
        out.write(b);
      }
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
      op('X').int32(utf8.length);
      out.writeBytes(utf8);
      return this;
    }

    Pickle global(String module, String name) {
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

  /** A whole state dict of F32 and I64 tensors, as PyTorch 1.6 and later write it. */
  public static byte[] of(StateDict dict) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("model/data.pkl", new byte[0]);
    Pickle pickle = new Pickle().op('}');
    int key = 0;
    for (Map.Entry<String, Tensor> entry : dict.tensors().entrySet()) {
      Tensor tensor = entry.getValue();
      long[] strides = new long[tensor.shape().length];
      long stride = 1;
      for (int d = strides.length - 1; d >= 0; d--) {
        strides[d] = stride;
        stride *= tensor.shape()[d];
      }
      pickle
          .text(entry.getKey())
          .tensor(
              tensor.dtype() == DType.F32 ? "FloatStorage" : "LongStorage",
              "" + key,
              tensor.length(),
              0,
              tensor.shape(),
              strides)
          .op('s');
      entries.put("model/data/" + key++, tensor.bytes());
    }
    entries.put("model/data.pkl", pickle.stop());
    return zip(entries);
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
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        new byte[] {
          (byte) 0x80,
          2,
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
    out.writeBytes(new Pickle().number(1001).stop());
    out.writeBytes(new Pickle().op('}').stop());
    out.writeBytes(pickle);
    out.writeBytes(new Pickle().op(']').text("0").op('a').stop());
    out.writeBytes(little(8).putLong(elements).array());
    out.writeBytes(data);
    return out.toByteArray();
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
