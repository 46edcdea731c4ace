package io.dmyt.engine.cuda;

/**
 * What batch norm knows of each channel: normalised values are {@code scale · x + shift}, and the
 * gradient is {@code scale · g + slope · x + offset} of the value's gradient g.
 */
record NormVectors(
    Tensor scale, Tensor shift, Tensor mean, Tensor inverse, Tensor slope, Tensor offset) {

  static NormVectors of(int channels) {
    return new NormVectors(
        vector(channels),
        vector(channels),
        vector(channels),
        vector(channels),
        vector(channels),
        vector(channels));
  }

  private static Tensor vector(int channels) {
    return Tensor.planned(Type.F32, channels);
  }
}
