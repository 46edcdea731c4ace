package io.dmyt.backbone;

import org.nd4j.linalg.api.ndarray.INDArray;

/** How DL4J lays out a parameter that PyTorch may lay out otherwise. */
enum Layout {
  /** The same order. */
  SAME {
    @Override
    INDArray asTorch(INDArray view) {
      return view;
    }
  },
  /** A vector of one element here, a scalar there. */
  SCALAR {
    @Override
    INDArray asTorch(INDArray view) {
      return view.reshape();
    }
  },
  /** A vector, which may be a row of a matrix here. */
  VECTOR {
    @Override
    INDArray asTorch(INDArray view) {
      return view.reshape(view.length());
    }
  },
  /** A vector of which only the magnitude counts: a file may have it with other signs. */
  MAGNITUDE {
    @Override
    INDArray asTorch(INDArray view) {
      return VECTOR.asTorch(view);
    }
  },
  /** [height, width, in, multiplier] here, [in · multiplier, 1, height, width] there. */
  DEPTHWISE {
    @Override
    INDArray asTorch(INDArray view) {
      long channels = view.size(2) * view.size(3);
      return view.permute(2, 3, 0, 1).reshape(channels, 1, view.size(0), view.size(1));
    }
  },
  /** A dense layer's weights: [out, in, 1, 1] here, [out, in] there. */
  POINTWISE {
    @Override
    INDArray asTorch(INDArray view) {
      return view.reshape(view.size(0), view.size(1));
    }
  },
  /** [in, out] here, [out, in] there. */
  DENSE {
    @Override
    INDArray asTorch(INDArray view) {
      return view.transpose();
    }
  },
  /** A dense layer here that is a 1×1 convolution there: [in, out] here, [out, in, 1, 1] there. */
  DENSE_AS_CONVOLUTION {
    @Override
    INDArray asTorch(INDArray view) {
      return view.transpose().reshape(view.size(1), view.size(0), 1, 1);
    }
  };

  /** A view on DL4J's array in PyTorch's shape: writing to it writes to the network. */
  abstract INDArray asTorch(INDArray view);
}
