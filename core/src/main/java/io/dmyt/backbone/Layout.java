package io.dmyt.backbone;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

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
  },
  /**
   * The first head's weights in a dense layer that is two: [2 · in + 2, out] here with both biases
   * in the last rows, [out, in] there.
   */
  FIRST_HEAD {
    @Override
    INDArray asTorch(INDArray view) {
      return head(view, 0);
    }
  },
  /** The second one's, likewise. */
  SECOND_HEAD {
    @Override
    INDArray asTorch(INDArray view) {
      return head(view, 1);
    }
  },
  /** The first head's biases in such a layer: [out] there. */
  FIRST_HEAD_BIAS {
    @Override
    INDArray asTorch(INDArray view) {
      return view.get(NDArrayIndex.point(view.size(0) - 2), NDArrayIndex.all());
    }
  },
  /** The second one's, likewise. */
  SECOND_HEAD_BIAS {
    @Override
    INDArray asTorch(INDArray view) {
      return view.get(NDArrayIndex.point(view.size(0) - 1), NDArrayIndex.all());
    }
  };

  /** A view on DL4J's array in PyTorch's shape: writing to it writes to the network. */
  abstract INDArray asTorch(INDArray view);

  private static INDArray head(INDArray view, int index) {
    long in = view.size(0) / 2 - 1;
    INDArray rows =
        view.get(NDArrayIndex.interval(index * in, (index + 1) * in), NDArrayIndex.all());
    return rows.transpose();
  }
}
