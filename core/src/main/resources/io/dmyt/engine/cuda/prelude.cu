typedef unsigned short bf16;
typedef long long i64;

__device__ __forceinline__ float get(float x) { return x; }
__device__ __forceinline__ float get(bf16 x) { return __uint_as_float(((unsigned)x) << 16); }
__device__ __forceinline__ void put(float& to, float x) { to = x; }

/* To the nearest, of two equally near ones the even; NaN stays NaN. */
__device__ __forceinline__ void put(bf16& to, float x) {
#if __CUDA_ARCH__ >= 800
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(to) : "f"(x));
#else
  unsigned u = __float_as_uint(x);
  to = x != x ? 0x7fff : (u + 0x7fff + ((u >> 16) & 1)) >> 16;
#endif
}

/* Neighbours that are loaded and stored at once. */
template <class T, int V>
struct alignas(sizeof(T) * V <= 16 ? sizeof(T) * V : 16) Vec {
  T v[V];
};

template <class T, int V>
__device__ __forceinline__ Vec<T, V> load(const T* p) {
  return *reinterpret_cast<const Vec<T, V>*>(p);
}

template <class T, int V>
__device__ __forceinline__ void store(T* p, const Vec<T, V>& x) {
  *reinterpret_cast<Vec<T, V>*>(p) = x;
}

__device__ __forceinline__ float sigmoid(float x) { return 1.f / (1.f + __expf(-x)); }
__device__ __forceinline__ float normalCdf(float x) { return .5f * erfcf(-.70710678118654752f * x); }
__device__ __forceinline__ float normalPdf(float x) { return .3989422804014327f * __expf(-.5f * x * x); }
