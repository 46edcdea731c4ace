
extern "C" __global__ void __launch_bounds__(256) KERNEL(
    const TYPE* __restrict__ dy, TYPE* __restrict__ dx, const void* unused, i64 threads) {
  SIZES;
  const i64 thread = (i64)blockIdx.x * 256 + threadIdx.x;
  if (thread >= threads) return;
  const int c = (int)(thread % (C / V)) * V;
  int rest = (int)(thread / (C / V));
  const int w = rest % W;
  rest /= W;
  const int h = rest % H, n = rest / H;
  float sum[V] = {};
  for (int kh = 0; kh < KH; kh++) {
    const int up = h + TOP - kh * DH;
    if (up < 0 || up % SH != 0 || up / SH >= OH) continue;
    const int oh = up / SH;
    int inRows = 0;
    for (int k = 0; k < KH; k++) inRows += oh * SH + k * DH >= TOP && oh * SH + k * DH - TOP < H;
    for (int kw = 0; kw < KW; kw++) {
      const int left = w + LEFT - kw * DW;
      if (left < 0 || left % SW != 0 || left / SW >= OW) continue;
      const int ow = left / SW;
      int inColumns = 0;
      for (int k = 0; k < KW; k++)
        inColumns += ow * SW + k * DW >= LEFT && ow * SW + k * DW - LEFT < W;
      const float share = 1.f / (ALL ? KH * KW : inRows * inColumns);
      const Vec<TYPE, V> g = load<TYPE, V>(dy + (((i64)n * OH + oh) * OW + ow) * C + c);
      #pragma unroll
      for (int j = 0; j < V; j++) sum[j] += get(g.v[j]) * share;
    }
  }
  Vec<TYPE, V> out;
  #pragma unroll
  for (int j = 0; j < V; j++) put(out.v[j], sum[j]);
  store(dx + thread * V, out);
}
