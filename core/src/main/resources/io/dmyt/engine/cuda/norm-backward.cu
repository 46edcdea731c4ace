
/* From sums of the gradient and of the gradient times the normalised value. */
extern "C" __global__ void KERNEL(
    const float* partial, const float* scale, const float* mean, const float* inverse,
    float* gammaGradient, float* betaGradient, float* slope, float* offset,
    int first, int blocks, int channels, int rows) {
  double s[2];
  if (!addUp<2>(partial + (i64)first * blocks * channels, blocks, channels, 1, 0, s)) return;
  const int c = blockIdx.x * 8 + threadIdx.x % 8;
  if (betaGradient) betaGradient[c] = (float)s[0];
  if (gammaGradient) gammaGradient[c] = (float)s[1];
  const double q = -(double)scale[c] * s[1] / rows * inverse[c];
  slope[c] = (float)q;
  offset[c] = (float)(-scale[c] * s[0] / rows - q * mean[c]);
}
