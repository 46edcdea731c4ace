
/* The first of equal maxima, or the first NaN. */
extern "C" __global__ void __launch_bounds__(256) KERNEL(
    const TYPE* __restrict__ x, TYPE* __restrict__ y, unsigned char* __restrict__ places,
    i64 threads) {
  SIZES;
  const i64 thread = (i64)blockIdx.x * 256 + threadIdx.x;
  if (thread >= threads) return;
  const int c = (int)(thread % (C / V)) * V;
  int rest = (int)(thread / (C / V));
  const int ow = rest % OW;
  rest /= OW;
  const int oh = rest % OH, n = rest / OH;
  float best[V];
  unsigned char place[V];
  #pragma unroll
  for (int j = 0; j < V; j++) best[j] = __int_as_float(0xff800000), place[j] = 255;
  for (int kh = 0; kh < KH; kh++) {
    const int h = oh * SH + kh * DH - TOP;
    if (h < 0 || h >= H) continue;
    for (int kw = 0; kw < KW; kw++) {
      const int w = ow * SW + kw * DW - LEFT;
      if (w < 0 || w >= W) continue;
      const Vec<TYPE, V> in = load<TYPE, V>(x + (((i64)n * H + h) * W + w) * C + c);
      #pragma unroll
      for (int j = 0; j < V; j++) {
        const float v = get(in.v[j]);
        if (place[j] == 255 || v > best[j] || (v != v && best[j] == best[j]))
          best[j] = v, place[j] = kh * KW + kw;
      }
    }
  }
  Vec<TYPE, V> out;
  #pragma unroll
  for (int j = 0; j < V; j++) put(out.v[j], best[j]);
  store(y + thread * V, out);
  #pragma unroll
  for (int j = 0; j < V; j++) places[thread * V + j] = place[j];
}
