package io.dmyt.backbone;

import org.nd4j.linalg.api.ndarray.INDArray;

/** How DL4J lays out a parameter that PyTorch lays out otherwise. */
enum Layout {
  /** The same order; vectors may carry a leading 1. */
  SAME {
    @Override
    INDArray asTorch(INDArray view, long[] shape) {
      return view.rank() == shape.length ? view : view.reshape(shape);
    }
  },
  /** [height, width, channels, 1] here, [channels, 1, height, width] there. */
  DEPTHWISE {
    @Override
    INDArray asTorch(INDArray view, long[] shape) {
      return view.permute(2, 3, 0, 1);
    }
  },
  /** [in, out] here, [out, in] there. */
  DENSE {
    @Override
    INDArray asTorch(INDArray view, long[] shape) {
      return view.transpose();
    }
  };

  /** A view on DL4J's array in PyTorch's shape: writing to it writes to the network. */
  abstract INDArray asTorch(INDArray view, long[] shape);
}
