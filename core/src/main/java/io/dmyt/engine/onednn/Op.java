package io.dmyt.engine.onednn;

import java.util.List;

/** What one node of a {@link Region} computes from the values of the nodes it reads. */
sealed interface Op {

  /** What a description calls it. */
  String text();

  /** The network's input of that number. */
  record Input(int number) implements Op {
    @Override
    public String text() {
      return "input";
    }
  }

  /**
   * A convolution of any number of groups, or with {@code flat} a dense layer.
   *
   * @param parts each group's weights, if they lie apart in the network's parameters; then {@code
   *     weights} says their shape alone
   */
  record Convolution(
      Parameter weights,
      List<Parameter> parts,
      Parameter bias,
      int groups,
      int channels,
      boolean flat,
      KernelGeometry window)
      implements Op {

    Convolution(
        Parameter weights,
        Parameter bias,
        int groups,
        int channels,
        boolean flat,
        KernelGeometry window) {
      this(weights, List.of(), bias, groups, channels, flat, window);
    }

    /** Whether each group has a single input channel. */
    boolean depthwise() {
      return groups > 1 && weights.dims()[2] == 1;
    }

    @Override
    public String text() {
      return flat ? "dense" : groups == 1 ? "convolution" : "convolution in " + groups + " groups";
    }
  }

  /**
   * Batch normalisation.
   *
   * @param logStd whether {@code variance} holds log10 of the standard deviation
   */
  record Norm(
      Parameter gamma,
      Parameter beta,
      Parameter mean,
      Parameter variance,
      boolean logStd,
      float eps,
      double decay)
      implements Op {
    @Override
    public String text() {
      return "batch norm";
    }
  }

  /**
   * A function of each element by oneDNN's name for it.
   *
   * @param fromOutput oneDNN's name where the derivative is a function of the result, or 0
   */
  record Activation(String name, int algorithm, float alpha, float beta, int fromOutput)
      implements Op {
    boolean relu() {
      return algorithm == org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu && alpha == 0;
    }

    @Override
    public String text() {
      return name;
    }
  }

  /** Pooling; an average counts the padding or not. */
  record Pool(int algorithm, KernelGeometry window) implements Op {
    @Override
    public String text() {
      return "pooling";
    }
  }

  /** Pooling over all of height and width; {@code flat} if these vanish from the shape. */
  record GlobalPool(int algorithm, boolean flat) implements Op {
    @Override
    public String text() {
      return "global pooling";
    }
  }

  /** Sum of the inputs; some may have height and width 1. */
  record Sum() implements Op {
    @Override
    public String text() {
      return "sum";
    }
  }

  /** Product of two inputs; one may have height and width 1. */
  record Product() implements Op {
    @Override
    public String text() {
      return "product";
    }
  }

  /** The inputs' channels one after another. */
  record Concat() implements Op {
    @Override
    public String text() {
      return "concatenation";
    }
  }

  /** So many of the input's channels, from one on. */
  record Subset(int from, int size) implements Op {
    @Override
    public String text() {
      return "subset";
    }
  }

  /** A frame of zeros. */
  record ZeroPad(int top, int bottom, int left, int right) implements Op {
    @Override
    public String text() {
      return "zero padding";
    }
  }

  /**
   * Where a layer's parameter lies in the network's flat parameters and gradients.
   *
   * @param offset of its first element
   * @param dims oneDNN's dimensions: (out, in, h, w), or (group, out, in, h, w), or (size)
   * @param strides between neighbours in these dimensions
   */
  record Parameter(long offset, long[] dims, long[] strides) {
    long length() {
      long n = 1;
      for (long d : dims) {
        n *= d;
      }
      return n;
    }
  }
}
