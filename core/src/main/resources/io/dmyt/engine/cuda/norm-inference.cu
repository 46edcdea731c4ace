
extern "C" __global__ void KERNEL(
    const float* gamma, const float* beta, const float* runningMean, const float* runningVariance,
    float* scale, float* shift, int channels, float eps, int logStd) {
  const int c = blockIdx.x * 256 + threadIdx.x;
  if (c >= channels) return;
  const double v = logStd ? exp10(2.0 * runningVariance[c]) : (double)runningVariance[c];
  const double a = (gamma ? gamma[c] : 1.f) / sqrt(v + eps);
  scale[c] = (float)a;
  shift[c] = (float)((beta ? beta[c] : 0.f) - runningMean[c] * a);
}
