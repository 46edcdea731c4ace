
/* Each block has a row of the table: tensor, offset, first, end, dims 1 to 4, strides 0 to 4. */
extern "C" __global__ void KERNEL(float* flat, const i64* table) {
  const i64* row = table + 12 * blockIdx.x;
  TYPE* to = reinterpret_cast<TYPE*>(row[0]);
  const int d1 = (int)(row[4] >> 32), d2 = (int)row[4], d3 = (int)(row[5] >> 32), d4 = (int)row[5];
  for (i64 i = row[2] + threadIdx.x; i < row[3]; i += blockDim.x) {
    int rest = (int)i;
    const int i4 = rest % d4; rest /= d4;
    const int i3 = rest % d3; rest /= d3;
    const int i2 = rest % d2; rest /= d2;
    const int i1 = rest % d1; rest /= d1;
    const i64 at = row[1] + rest * row[6] + i1 * row[7] + i2 * row[8] + i3 * row[9] + i4 * row[10];
    flat[at] = get(to[i]);
  }
}
