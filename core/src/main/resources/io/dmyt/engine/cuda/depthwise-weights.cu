
/* A thread has a few channels and goes over lines of the result: partial sums [tap][block][channel]. */
extern "C" __global__ void __launch_bounds__(ACROSS * DOWN) KERNEL(
    const TYPE* __restrict__ x, const TYPE* __restrict__ dy, float* partial, int lines) {
  SIZES;
  const int tx = threadIdx.x % ACROSS, ty = threadIdx.x / ACROSS;
  const int c = (blockIdx.y * ACROSS + tx) * V;
  const bool on = c < C;
  float sum[KH * KW][V] = {};
  if (on)
    for (int line = blockIdx.x * DOWN + ty; line < lines; line += gridDim.x * DOWN) {
      const int oh = line % OH, n = line / OH;
      const TYPE* in = x + (i64)n * H * W * C + c;
      const TYPE* out = dy + (i64)line * OW * C + c;
      for (int ow = 0; ow < OW; ow++) {
        const Vec<TYPE, V> g = load<TYPE, V>(out + (i64)ow * C);
        #pragma unroll
        for (int kh = 0; kh < KH; kh++) {
          const int h = oh * SH + kh * DH - TOP;
          if (h < 0 || h >= H) continue;
          #pragma unroll
          for (int kw = 0; kw < KW; kw++) {
            const int w = ow * SW + kw * DW - LEFT;
            if (w < 0 || w >= W) continue;
            const Vec<TYPE, V> v = load<TYPE, V>(in + ((i64)h * W + w) * C);
            #pragma unroll
            for (int j = 0; j < V; j++) sum[kh * KW + kw][j] += get(g.v[j]) * get(v.v[j]);
          }
        }
      }
    }
  __shared__ float shared[DOWN][ACROSS * V];
  #pragma unroll
  for (int k = 0; k < KH * KW; k++) {
    for (int j = 0; j < V; j++) shared[ty][tx * V + j] = sum[k][j];
    __syncthreads();
    for (int half = DOWN / 2; half > 0; half /= 2) {
      if (ty < half)
        for (int j = 0; j < V; j++) shared[ty][tx * V + j] += shared[ty + half][tx * V + j];
      __syncthreads();
    }
    if (ty == 0 && on) {
      float* to = partial + ((i64)k * gridDim.x + blockIdx.x) * C + c;
      for (int j = 0; j < V; j++) to[j] = shared[0][tx * V + j];
    }
    __syncthreads();
  }
}
