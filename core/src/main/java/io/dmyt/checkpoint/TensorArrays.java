package io.dmyt.checkpoint;

import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tensors as ND4J's arrays, and back. */
final class TensorArrays {
  private TensorArrays() {}

  /** See {@link Tensor#toINDArray}. */
  static INDArray of(Tensor tensor) {
    long[] shape = tensor.shape();
    if (tensor.length() == 0) {
      return Nd4j.create(dataType(tensor.dtype()), shape);
    }
    if (!tensor.dtype().isFloating()) {
      return Nd4j.createFromArray(tensor.longs()).reshape('c', shape);
    }
    // By way of a buffer: Nd4j.create(float[], ...) copies value by value.
    DataBuffer values =
        tensor.dtype() == DType.F64
            ? Nd4j.createBuffer(tensor.doubles())
            : Nd4j.createBuffer(tensor.floats());
    return Nd4j.create(values, shape, Nd4j.getStrides(shape, 'c'), 0, 'c');
  }

  private static DataType dataType(DType dtype) {
    if (!dtype.isFloating()) {
      return DataType.INT64;
    }
    return dtype == DType.F64 ? DataType.DOUBLE : DataType.FLOAT;
  }

  /** See {@link Tensor#of(INDArray)}. */
  static Tensor copy(INDArray array) {
    DataType type = array.dataType();
    boolean empty = array.isEmpty();
    INDArray flat = empty ? array : array.dup('c').reshape(array.length());
    if (type == DataType.FLOAT) {
      return Tensor.of(empty ? new float[0] : flat.toFloatVector(), array.shape());
    } else if (type == DataType.DOUBLE) {
      return Tensor.of(empty ? new double[0] : flat.toDoubleVector(), array.shape());
    } else if (type == DataType.INT64) {
      return Tensor.of(empty ? new long[0] : flat.toLongVector(), array.shape());
    }
    throw new IllegalArgumentException("expected an array of FLOAT, DOUBLE or LONG, found " + type);
  }
}
