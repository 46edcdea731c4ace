
extern "C" __global__ void __launch_bounds__(256) KERNEL(
    const TYPE* __restrict__ x, const TYPE* __restrict__ w, TYPE* __restrict__ y, i64 threads) {
  SIZES;
  constexpr int COLUMNS = (OW + P - 1) / P;
  constexpr int SEEN = (P - 1) * SW + (KW - 1) * DW + 1;
  const i64 thread = (i64)blockIdx.x * 256 + threadIdx.x;
  if (thread >= threads) return;
  const int c = (int)(thread % (C / V)) * V;
  int rest = (int)(thread / (C / V));
  const int ow = rest % COLUMNS * P;
  rest /= COLUMNS;
  const int oh = rest % OH, n = rest / OH;
  float sum[P][V] = {};
  #pragma unroll
  for (int kh = 0; kh < KH; kh++) {
    const int h = oh * SH + kh * DH - TOP;
    if (h < 0 || h >= H) continue;
    const TYPE* row = x + ((i64)n * H + h) * W * C + c;
    Vec<TYPE, V> taps[KW];
    #pragma unroll
    for (int kw = 0; kw < KW; kw++) taps[kw] = load<TYPE, V>(w + (kh * KW + kw) * C + c);
    #pragma unroll
    for (int s = 0; s < SEEN; s++) {
      const int at = ow * SW + s - LEFT;
      Vec<TYPE, V> in = {};
      if (at >= 0 && at < W) in = load<TYPE, V>(row + (i64)at * C);
      #pragma unroll
      for (int kw = 0; kw < KW; kw++) {
        const int left = s - kw * DW;
        if (left >= 0 && left % SW == 0 && left / SW < P)
          #pragma unroll
          for (int j = 0; j < V; j++) sum[left / SW][j] += get(in.v[j]) * get(taps[kw].v[j]);
      }
    }
  }
  #pragma unroll
  for (int p = 0; p < P; p++) {
    if (ow + p >= OW) break;
    Vec<TYPE, V> out;
    #pragma unroll
    for (int j = 0; j < V; j++) put(out.v[j], sum[p][j]);
    store(y + (((i64)n * OH + oh) * OW + ow + p) * C + c, out);
  }
}
