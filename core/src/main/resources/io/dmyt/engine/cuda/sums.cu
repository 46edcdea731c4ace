
/* Adds up the partial sums of blocks: 8 channels and 32 lanes to a block. */
template <int SUMS>
__device__ __forceinline__ bool addUp(
    const float* partial, int blocks, int channels, int segments, int segment, double* sums) {
  __shared__ double shared[SUMS][32][9];
  const int lane = threadIdx.x / 8, x = threadIdx.x % 8, c = blockIdx.x * 8 + x;
  for (int k = 0; k < SUMS; k++) {
    double sum = 0;
    if (c < channels) {
      const float* from = partial + ((i64)(k * segments + segment) * blocks) * channels + c;
      #pragma unroll 4
      for (int b = lane; b < blocks; b += 32) sum += from[(i64)b * channels];
    }
    shared[k][lane][x] = sum;
  }
  __syncthreads();
  if (lane != 0 || c >= channels) return false;
  for (int k = 0; k < SUMS; k++) {
    sums[k] = 0;
    for (int l = 0; l < 32; l++) sums[k] += shared[k][l][x];
  }
  return true;
}
