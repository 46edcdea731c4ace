package io.dmyt.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.internal.ByteRange;
import io.dmyt.internal.ByteSource;
import io.dmyt.internal.HeapByteSource;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TensorTest {
  @TempDir Path temp;

  /** Every half against IEEE 754's definition of its value. */
  @Test
  void allHalvesAreDecodedExactly() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      int exponent = (bits >> 10) & 0x1f;
      int fraction = bits & 0x3ff;
      double sign = bits < 1 << 15 ? 1 : -1;
      float found = Elements.halfToFloat((short) bits);
      if (exponent == 31 && fraction != 0) {
        int expected = (bits & 0x8000) << 16 | 0x7f800000 | fraction << 13;
        assertEquals(expected, Float.floatToRawIntBits(found));
      } else {
        double expected =
            exponent == 31
                ? Double.POSITIVE_INFINITY
                : exponent == 0
                    ? Math.scalb(fraction, -24)
                    : Math.scalb(1024 + fraction, exponent - 25);
        assertEquals(
            Float.floatToRawIntBits((float) (sign * expected)), Float.floatToRawIntBits(found));
      }
    }
  }

  /** Of a row-major tensor and of one with gaps between its rows, whose storage is 0, 1, 2, … */
  @Test
  void rowsAndOtherShapesAreViews() {
    float[] numbers = new float[24];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    Tensor whole = Tensor.of(numbers, 3, 2, 4);
    assertArrayEquals(new float[] {8, 9, 10, 11, 12, 13, 14, 15}, whole.rows(1, 2).floats());
    assertEquals("F32[2, 2, 4]", whole.rows(1, 3).toString());
    assertEquals(0, whole.rows(3, 3).length());
    assertEquals(21, whole.reshape(4, 6).rows(3, 4).floats()[3]);
    ByteSource bytes = new HeapByteSource(whole.bytes());
    Tensor strided =
        new Tensor(
            DType.F32, new long[] {4, 3}, bytes, 4, new long[] {1, 8}, ByteOrder.LITTLE_ENDIAN);
    assertArrayEquals(new float[] {2, 10, 18, 3, 11, 19}, strided.rows(1, 3).floats());
    assertArrayEquals(new float[] {1, 9, 17, 2}, strided.reshape(3, 4).rows(0, 1).floats());
    assertThrows(IndexOutOfBoundsException.class, () -> whole.rows(2, 4));
    assertThrows(IndexOutOfBoundsException.class, () -> whole.rows(2, 1));
    assertThrows(IllegalStateException.class, () -> Tensor.of(new long[1]).rows(0, 1));
    assertThrows(IllegalArgumentException.class, () -> whole.reshape(4, 7));
    assertThrows(IllegalArgumentException.class, () -> whole.reshape(-4, -6));
  }

  @Test
  void everyTypeIsConverted() {
    byte[] bits = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1, 0, 0, 0};
    assertArrayEquals(new long[] {0x1ffffffffL}, Tensor.of(DType.I64, bits, 1).longs());
    assertArrayEquals(new double[] {-1, 1}, Tensor.of(DType.I32, bits, 2).doubles());
    assertArrayEquals(new float[] {-1, -1, 1, 0}, Tensor.of(DType.I16, bits, 4).floats());
    assertArrayEquals(
        new long[] {-1, -1, -1, -1, 1, 0, 0, 0}, Tensor.of(DType.I8, bits, 8).longs());
    assertArrayEquals(
        new double[] {255, 255, 255, 255, 1, 0, 0, 0}, Tensor.of(DType.U8, bits, 8).doubles());
    assertArrayEquals(
        new float[] {1, 1, 1, 1, 1, 0, 0, 0}, Tensor.of(DType.BOOL, bits, 8).floats());
    byte[] bf16 = {(byte) 0xc0, 0x3f, 0, (byte) 0x80};
    assertArrayEquals(new float[] {1.5f, -0f}, Tensor.of(DType.BF16, bf16, 2).floats());
    assertArrayEquals(new double[] {1.5, -0.0}, Tensor.of(DType.BF16, bf16, 2).doubles());
    byte[] f16 = {0, 0x3e, 0, (byte) 0xfc};
    assertArrayEquals(
        new double[] {1.5, Double.NEGATIVE_INFINITY}, Tensor.of(DType.F16, f16, 2).doubles());
    assertArrayEquals(new float[] {0.1f}, Tensor.of(new double[] {0.1}, 1).floats());
    assertThrows(IllegalStateException.class, () -> Tensor.of(new float[1], 1).longs());
  }

  @Test
  void arraysGoThereAndBack() {
    INDArray floats = Nd4j.rand(DataType.FLOAT, 2, 3, 4);
    INDArray[] arrays = {
      floats,
      floats.permute(2, 0, 1),
      floats.castTo(DataType.DOUBLE),
      Nd4j.createFromArray(-5L, Long.MAX_VALUE),
      Nd4j.scalar(3.5f),
      Nd4j.scalar(7L)
    };
    for (INDArray array : arrays) {
      Tensor tensor = Tensor.of(array);
      assertArrayEquals(array.shape(), tensor.shape());
      assertEquals(array, tensor.toINDArray());
      assertEquals(array.dataType(), tensor.toINDArray().dataType());
    }
    INDArray empty = Tensor.of(new float[0], 3, 0).toINDArray();
    assertTrue(empty.isEmpty());
    assertArrayEquals(new long[] {3, 0}, empty.shape());
    assertArrayEquals(new long[] {3, 0}, Tensor.of(empty).shape());
    assertEquals(DataType.FLOAT, Tensor.of(DType.F16, new byte[2], 1).toINDArray().dataType());
    INDArray other = floats.castTo(DataType.BFLOAT16);
    assertThrows(IllegalArgumentException.class, () -> Tensor.of(other));
  }

  @Test
  void copiesToABuffer() {
    FloatBuffer buffer = FloatBuffer.allocate(4).position(1);
    Tensor.of(new float[] {1, 2}, 2).copyTo(buffer);
    assertArrayEquals(new float[] {0, 1, 2, 0}, buffer.array());
    assertEquals(3, buffer.position());
    Tensor three = Tensor.of(new float[3], 3);
    assertThrows(BufferOverflowException.class, () -> three.copyTo(FloatBuffer.allocate(2)));
  }

  @Test
  void shapesMustFit() {
    assertThrows(IllegalArgumentException.class, () -> Tensor.of(new float[3], 2, 2));
    assertThrows(IllegalArgumentException.class, () -> Tensor.of(new float[2], -1, -2));
    assertThrows(IllegalArgumentException.class, () -> Tensor.of(DType.F32, new byte[7], 1));
  }

  /** A window over several segments, with segments far smaller than those in use. */
  @Test
  void windowsAreReadThroughTheirSegments() {
    byte[] bytes = new byte[100];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    ByteRange.Source source = (at, n) -> ByteBuffer.wrap(bytes, (int) at, n).slice();
    try (ByteRange window = new ByteRange(source, 10, 50, 16)) {
      assertEquals(4, window.segmentCount());
      for (int i = 0; i < 50; i++) {
        assertEquals(10 + i, window.segment(i / 16).get(i % 16));
      }
      assertEquals(2, window.segment(3).limit());
    }
  }

  @Test
  void useAfterCloseThrows() throws IOException {
    Path file = temp.resolve("x.safetensors");
    StateDict memory = StateDict.builder().put("a", Tensor.of(new float[1 << 16], 1 << 16)).build();
    SafeTensors.write(memory, file);
    StateDict dict = Checkpoints.open(file);
    Tensor tensor = dict.get("a");
    CheckpointException missing = assertThrows(CheckpointException.class, () -> dict.get("b"));
    assertEquals(file + ": no tensor 'b' among its 1", missing.getMessage());
    assertEquals(1 << 16, tensor.floats().length);
    dict.close();
    dict.close();
    assertThrows(IllegalStateException.class, dict::names);
    assertThrows(IllegalStateException.class, tensor::floats);
    memory.close();
    assertThrows(IllegalStateException.class, () -> memory.get("a"));
    if (Files.exists(Path.of("/proc/self/maps"))) {
      String maps = Files.readString(Path.of("/proc/self/maps"));
      assertTrue(!maps.contains(file.toString()), "the file is still mapped");
    }
  }

  @Test
  void buildersRefuseASecondOfOneName() {
    StateDict.Builder builder = StateDict.builder().put("a", Tensor.of(new long[1], 1));
    assertThrows(IllegalArgumentException.class, () -> builder.put("a", Tensor.of(new long[1], 1)));
    builder.metadata("k", "v");
    assertThrows(IllegalArgumentException.class, () -> builder.metadata("k", "w"));
  }

  @Test
  void absentFilesAndFoldersAreRefused() {
    Path absent = temp.resolve("absent");
    assertEquals(
        absent + ": no such file",
        assertThrows(CheckpointException.class, () -> Checkpoints.open(absent)).getMessage());
    assertEquals(
        temp + ": expected a file, found a folder",
        assertThrows(CheckpointException.class, () -> Checkpoints.open(temp)).getMessage());
  }
}
