
extern "C" __global__ void __launch_bounds__(256) KERNEL(
    float* p, const float* g, float* m, float* v, const i64* table, float scale, float keep,
    float beta1, float rest1, float beta2, float rest2, float correction, float epsilon,
    float rate) {
  const i64* row = table + 5 * blockIdx.x;
  const i64 end = row[1];
  if (row[2] == 0) {
    for (i64 i = row[0] + threadIdx.x; i < end; i += 256) {
      const float gradient = g[i] * scale;
      const float first = beta1 * m[i] + rest1 * gradient;
      const float second = beta2 * v[i] + rest2 * gradient * gradient;
      m[i] = first;
      v[i] = second;
      p[i] = p[i] * keep - rate * first / (sqrtf(second) * correction + epsilon);
    }
  } else {
    const float factor = __int_as_float((int)row[3]), share = __int_as_float((int)row[4]);
    for (i64 i = row[0] + threadIdx.x; i < end; i += 256)
      p[i] -= factor * g[i] - share * p[i];
  }
}
