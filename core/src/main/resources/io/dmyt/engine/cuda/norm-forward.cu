
/* The batch's statistics, from sums of x - x0 and of its square, x0 being each channel's first. */
extern "C" __global__ void KERNEL(
    const float* partial, const TYPE* x, const float* gamma, const float* beta,
    const float* runningMean, const float* runningVariance, float* scale, float* shift,
    float* mean, float* inverse, float* meanStep, float* varianceStep,
    int blocks, int channels, int rows, float eps, float rest, int logStd) {
  double s[2];
  if (!addUp<2>(partial, blocks, channels, 1, 0, s)) return;
  const int c = blockIdx.x * 8 + threadIdx.x % 8;
  const double offset = s[0] / rows;
  const double m = offset + get(x[c]);
  double v = s[1] / rows - offset * offset;
  v = v < 0 ? 0 : v;
  const float i = (float)rsqrt(v + eps);
  const float a = gamma ? gamma[c] * i : i;
  mean[c] = (float)m;
  inverse[c] = i;
  scale[c] = a;
  shift[c] = (float)((beta ? beta[c] : 0.f) - m * a);
  if (!meanStep) return;
  meanStep[c] = (float)(rest * (runningMean[c] - m));
  const double old = runningVariance[c];
  if (logStd) {
    const double before = exp10(2 * old);
    varianceStep[c] = (float)(log10(before / ((1 - rest) * before + rest * v)) / 2);
  } else {
    varianceStep[c] = (float)(rest * (old - v));
  }
}
