package io.dmyt.training;

import io.dmyt.internal.Text;
import io.dmyt.internal.ZipArchive;
import io.dmyt.internal.ZipDirectory;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.ZipException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An array of parameters in an entry of its own: the type's size in bytes, then the numbers. */
final class StateArrays {
  private StateArrays() {}

  /** Writes floats or doubles, in their own precision. */
  static void write(INDArray array, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream, 1 << 16));
    INDArray flat = array.reshape(array.length());
    boolean single = array.dataType() == DataType.FLOAT;
    out.writeInt(single ? Float.BYTES : Double.BYTES);
    for (long i = 0; i < flat.length(); i++) {
      if (single) {
        out.writeFloat(flat.getFloat(i));
      } else {
        out.writeDouble(flat.getDouble(i));
      }
    }
    out.flush();
  }

  /** Reads what was written, [length]. */
  static INDArray read(ZipArchive zip, ZipDirectory.Entry entry) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(zip.read(entry), 1 << 16))) {
      int width = in.readInt();
      if (width != Float.BYTES && width != Double.BYTES) {
        throw new ZipException(Text.format("%s: numbers of %d bytes", entry.name(), width));
      }
      int length = Math.toIntExact((entry.size() - Integer.BYTES) / width);
      if (width == Float.BYTES) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
          values[i] = in.readFloat();
        }
        return Nd4j.createFromArray(values);
      }
      double[] values = new double[length];
      for (int i = 0; i < length; i++) {
        values[i] = in.readDouble();
      }
      return Nd4j.createFromArray(values);
    }
  }
}
