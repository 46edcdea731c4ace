
extern "C" __global__ void __launch_bounds__(256) KERNEL(
    const TYPE* __restrict__ x, TYPE* __restrict__ y, const void* unused, i64 threads) {
  SIZES;
  const i64 thread = (i64)blockIdx.x * 256 + threadIdx.x;
  if (thread >= threads) return;
  const int c = (int)(thread % (C / V)) * V;
  int rest = (int)(thread / (C / V));
  const int ow = rest % OW;
  rest /= OW;
  const int oh = rest % OH, n = rest / OH;
  float sum[V] = {};
  int count = 0;
  for (int kh = 0; kh < KH; kh++) {
    const int h = oh * SH + kh * DH - TOP;
    if (h < 0 || h >= H) continue;
    for (int kw = 0; kw < KW; kw++) {
      const int w = ow * SW + kw * DW - LEFT;
      if (w < 0 || w >= W) continue;
      count++;
      const Vec<TYPE, V> in = load<TYPE, V>(x + (((i64)n * H + h) * W + w) * C + c);
      #pragma unroll
      for (int j = 0; j < V; j++) sum[j] += get(in.v[j]);
    }
  }
  const float share = 1.f / (ALL ? KH * KW : count);
  Vec<TYPE, V> out;
  #pragma unroll
  for (int j = 0; j < V; j++) put(out.v[j], sum[j] * share);
  store(y + thread * V, out);
}
