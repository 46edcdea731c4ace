
extern "C" __global__ void KERNEL(
    const float* partial, TYPE* to, int which, int blocks, int channels, int segments, float scale) {
  double sum;
  const float* from = partial + (i64)which * segments * blocks * channels;
  if (addUp<1>(from, blocks, channels, segments, blockIdx.y, &sum))
    put(to[(i64)blockIdx.y * channels + blockIdx.x * 8 + threadIdx.x % 8], (float)(sum * scale));
}
