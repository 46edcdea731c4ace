package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_COMP_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_CONV_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_DILATIONS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_POST_PADDINGS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATIONGRAPH_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATIONGRAPH_OPS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_DATA_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_DIMENSIONS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_STRIDES;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_UNIQUE_ID;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CROSS_CORRELATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_CONVOLUTION_MODE;

import io.dmyt.engine.cuda.ConvolutionShape.Direction;
import java.util.List;

/**
 * A convolution's direction as cuDNN's heuristics are asked about it. Everything is channels last.
 */
final class ConvolutionGraph {
  /** The tensors' names in a plan. */
  static final long IMAGE = 'x';

  static final long FILTER = 'w';
  static final long RESULT = 'y';
  private static final long ALIGNMENT = 16;

  private ConvolutionGraph() {}

  /** An operation graph of one operation, finished. */
  static Descriptor of(ConvolutionShape shape, Direction direction) {
    Descriptor image = tensor(IMAGE, shape.type(), shape.image());
    Descriptor filter = tensor(FILTER, shape.type(), shape.filter());
    Descriptor result = tensor(RESULT, shape.type(), shape.result());
    Descriptor convolution =
        new Descriptor(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR)
            .dataType(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT)
            .choice(
                CUDNN_ATTR_CONVOLUTION_CONV_MODE,
                CUDNN_TYPE_CONVOLUTION_MODE,
                CUDNN_CROSS_CORRELATION)
            .longs(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2)
            .longs(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, array(shape.padding()))
            .longs(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, array(shape.padding()))
            .longs(CUDNN_ATTR_CONVOLUTION_DILATIONS, array(shape.dilations()))
            .longs(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, array(shape.strides()))
            .finish();
    Descriptor operation =
        switch (direction) {
          case FORWARD ->
              new Descriptor(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, image)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, filter)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, result)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, convolution)
                  .number(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1)
                  .number(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0);
          case INPUT_GRADIENT ->
              new Descriptor(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, image)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, filter)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, result)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, convolution)
                  .number(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, 1)
                  .number(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, 0);
          case FILTER_GRADIENT ->
              new Descriptor(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, image)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, filter)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, result)
                  .descriptors(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, convolution)
                  .number(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, 1)
                  .number(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, 0);
        };
    return new Descriptor(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
        .descriptors(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation.finish())
        .cudnn(CUDNN_ATTR_OPERATIONGRAPH_HANDLE)
        .finish();
  }

  /** Channels last. */
  private static Descriptor tensor(long id, Type type, List<Long> dims) {
    long channels = dims.get(1);
    long width = dims.get(3);
    return new Descriptor(CUDNN_BACKEND_TENSOR_DESCRIPTOR)
        .dataType(CUDNN_ATTR_TENSOR_DATA_TYPE, type.cudnn())
        .longs(CUDNN_ATTR_TENSOR_DIMENSIONS, array(dims))
        .longs(
            CUDNN_ATTR_TENSOR_STRIDES,
            channels * dims.get(2) * width,
            1,
            channels * width,
            channels)
        .longs(CUDNN_ATTR_TENSOR_UNIQUE_ID, id)
        .longs(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT)
        .finish();
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
