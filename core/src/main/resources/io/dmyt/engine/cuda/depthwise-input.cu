
/* x is the result's gradient, y the input's. */
extern "C" __global__ void __launch_bounds__(256) KERNEL(
    const TYPE* __restrict__ x, const TYPE* __restrict__ w, TYPE* __restrict__ y, i64 threads) {
  SIZES;
  constexpr int COLUMNS = (W + P - 1) / P;
  const i64 thread = (i64)blockIdx.x * 256 + threadIdx.x;
  if (thread >= threads) return;
  const int c = (int)(thread % (C / V)) * V;
  int rest = (int)(thread / (C / V));
  const int w0 = rest % COLUMNS * P;
  rest /= COLUMNS;
  const int h = rest % H, n = rest / H;
  float sum[P][V] = {};
  #pragma unroll
  for (int kh = 0; kh < KH; kh++) {
    const int up = h + TOP - kh * DH;
    if (up < 0 || up % SH != 0 || up / SH >= OH) continue;
    const TYPE* row = x + ((i64)n * OH + up / SH) * OW * C + c;
    #pragma unroll
    for (int kw = 0; kw < KW; kw++) {
      const Vec<TYPE, V> tap = load<TYPE, V>(w + (kh * KW + kw) * C + c);
      #pragma unroll
      for (int p = 0; p < P; p++) {
        const int left = w0 + p + LEFT - kw * DW;
        if (left >= 0 && left % SW == 0 && left / SW < OW) {
          const Vec<TYPE, V> in = load<TYPE, V>(row + (i64)(left / SW) * C);
          #pragma unroll
          for (int j = 0; j < V; j++) sum[p][j] += get(in.v[j]) * get(tap.v[j]);
        }
      }
    }
  }
  #pragma unroll
  for (int p = 0; p < P; p++) {
    if (w0 + p >= W) break;
    Vec<TYPE, V> out;
    #pragma unroll
    for (int j = 0; j < V; j++) put(out.v[j], sum[p][j]);
    store(y + (((i64)n * H + h) * W + w0 + p) * C + c, out);
  }
}
