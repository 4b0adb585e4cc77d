// Sixteen numbers at a time, for one set of instructions: included inside a namespace of Frame.cpp.

#define INLINE static inline __attribute__((always_inline))

INLINE f16v load(const float *from) { return *reinterpret_cast<const f16u *>(from); }
INLINE void store(float *to, f16v value) { *reinterpret_cast<f16u *>(to) = value; }
INLINE i16v load(const int32_t *from) { return *reinterpret_cast<const i16u *>(from); }
INLINE void store(int32_t *to, i16v value) { *reinterpret_cast<i16u *>(to) = value; }
// Taking nothing away changes nothing, where adding zero would change a negative zero and so cost an addition.
INLINE f16v all(float value) { return value - f16v{}; }
INLINE f16v lanes() { return f16v{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }
/// The second where one of them is not a number.
INLINE f16v most(f16v a, f16v b) { return a > b ? a : b; }
INLINE f16v least(f16v a, f16v b) { return a < b ? a : b; }
INLINE f16v magnitude(f16v a) { return (f16v)((i16v)a & 0x7fffffff); }

INLINE f16v read(const float *from) { return load(from); }
INLINE f8v read8(const float *from) { return *reinterpret_cast<const f8u *>(from); }
#if SIMD_LEVEL > 0
INLINE f16v read(const _Float16 *from) { return __builtin_convertvector(*reinterpret_cast<const h16u *>(from), f16v); }
INLINE f8v read8(const _Float16 *from) { return __builtin_convertvector(*reinterpret_cast<const h8u *>(from), f8v); }
#endif
INLINE void store8(float *to, f8v value) { *reinterpret_cast<f8u *>(to) = value; }
INLINE f8v lower(f16v a) { return __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7); }
INLINE f8v upper(f16v a) { return __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15); }

INLINE float total(f16v a) {
  const f8v eight = lower(a) + upper(a);
  typedef float f4 __attribute__((vector_size(16)));
  const f4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

INLINE float highest(f16v a) {
  a = most(a, __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  a = most(a, __builtin_shufflevector(a, a, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  a = most(a, __builtin_shufflevector(a, a, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  return a[0] > a[1] ? a[0] : a[1];
}

/// e^x, within 2 units in the last place; e^-87 below that.
INLINE f16v exponential(f16v x) {
  x = least(most(x, all(-87.0f)), all(88.0f));
  const f16v magic = all(12582912.0f);
  const f16v n = (x * 1.44269504088896f + magic) - magic;
  const f16v r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  f16v p = all(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return p * (f16v)((__builtin_convertvector(n, i16v) + 127) << 23);
}

/// ln(1 + e^x), by the series of the inverse hyperbolic tangent.
INLINE f16v softplus(f16v x) {
  const f16v e = exponential(-magnitude(x));
  const f16v s = e / (e + 2.0f), q = s * s;
  f16v p = all(1 / 13.0f);
  p = p * q + 1 / 11.0f;
  p = p * q + 1 / 9.0f;
  p = p * q + 1 / 7.0f;
  p = p * q + 1 / 5.0f;
  p = p * q + 1 / 3.0f;
  p = p * q + 1.0f;
  return most(x, all(0)) + 2.0f * s * p;
}

#if SIMD_LEVEL == 2
INLINE uint32_t bits(i16v mask) { return _mm512_movepi32_mask((__m512i)mask); }
INLINE i16v gather_bytes(const uint8_t *from, i16v place) {
  return (i16v)_mm512_i32gather_epi32((__m512i)place, from, 1) & 255;
}
INLINE i16v gather(const int32_t *from, i16v place) { return (i16v)_mm512_i32gather_epi32((__m512i)place, from, 4); }
/// Writes the lanes of `value` that `kept` names side by side; what follows them is overwritten, up to 16 in all.
INLINE void pack(float *to, f16v value, uint32_t kept) { store(to, (f16v)_mm512_maskz_compress_ps(kept, (__m512)value)); }
INLINE void pack(int32_t *to, i16v value, uint32_t kept) { store(to, (i16v)_mm512_maskz_compress_epi32(kept, (__m512i)value)); }
#else
#if SIMD_LEVEL == 1
INLINE uint32_t bits(i16v mask) {
  const __m256i *half = reinterpret_cast<const __m256i *>(&mask);
  return _mm256_movemask_ps((__m256)half[0]) | _mm256_movemask_ps((__m256)half[1]) << 8;
}
INLINE i16v gather_bytes(const uint8_t *from, i16v place) {
  const __m256i *half = reinterpret_cast<const __m256i *>(&place);
  const int *base = reinterpret_cast<const int *>(from);
  i16v result;
  __m256i *to = reinterpret_cast<__m256i *>(&result);
  to[0] = _mm256_i32gather_epi32(base, half[0], 1);
  to[1] = _mm256_i32gather_epi32(base, half[1], 1);
  return result & 255;
}
#else
INLINE uint32_t bits(i16v mask) {
  uint32_t result = 0;
  for (int lane = 0; lane < 16; ++lane) result |= (mask[lane] ? 1u : 0u) << lane;
  return result;
}
INLINE i16v gather_bytes(const uint8_t *from, i16v place) {
  i16v result;
  for (int lane = 0; lane < 16; ++lane) result[lane] = from[place[lane]];
  return result;
}
#endif
template <class T, class V> INLINE void pack_lanes(T *to, V value, uint32_t kept) {
  T lane[16];
  __builtin_memcpy(lane, &value, sizeof lane);
  for (; kept; kept &= kept - 1) *to++ = lane[__builtin_ctz(kept)];
}
INLINE i16v gather(const int32_t *from, i16v place) {
  i16v result;
  for (int lane = 0; lane < 16; ++lane) result[lane] = from[place[lane]];
  return result;
}
INLINE void pack(float *to, f16v value, uint32_t kept) { pack_lanes(to, value, kept); }
INLINE void pack(int32_t *to, i16v value, uint32_t kept) { pack_lanes(to, value, kept); }
#endif
