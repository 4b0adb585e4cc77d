// What likeness::mlp leaves out: columns that a ReLU made zero in all rows of a tile, as it does in neighbouring samples alike. Included by
// MlpBlocks.h: no include guard.

/// `accumulate` of the k that `live` lists, its first number saying how many; all where it is null. The others' a are zero in all rows of
/// the tile, so that leaving them out changes no bit.
template <class V, int rows, int vectors>
INLINE void accumulate(V (&sum)[rows][vectors], const float *a, int64_t row, const float *b, int64_t b_step, int64_t count,
                       const int32_t *live) {
  if (!live || live[0] == count) return accumulate<V, rows, vectors>(sum, a, row, 1, b, b_step, count);
  for (const int32_t *next = live + 1, *end = next + live[0]; next < end; ++next) {
    const int64_t k = *next;
    V right[vectors];
#pragma unroll
    for (int v = 0; v < vectors; ++v) right[v] = load<V>(b + k * b_step + v * Lanes<V>::count);
#pragma unroll
    for (int i = 0; i < rows; ++i) {
#pragma unroll
      for (int v = 0; v < vectors; ++v) sum[i][v] += a[i * row + k] * right[v];
#if defined(__x86_64__)
      // Row after row: the compiler would read all rows first, and have no registers left for the sums.
      if constexpr (lanes == 16)
        for (int v = 0; v < vectors; ++v) asm volatile("" : "+v"(sum[i][v])::"memory");
#endif
    }
  }
}

/// Lists the columns of `rows` by `columns` numbers that are not zero in all rows: how many, then which. Rows hold `padded(columns)`.
INLINE void list_live(const float *x, int64_t row, int64_t columns, int64_t rows, int32_t *list) {
  typedef decltype(Eight{} != Eight{}) Mask;
  constexpr int n = Lanes<Eight>::count;
  int32_t found = 0;
  for (int64_t c = 0; c < columns; c += n) {
    Mask any = {};
    for (int64_t i = 0; i < rows; ++i) any |= load<Eight>(x + i * row + c) != 0;
    int32_t each[n];
    __builtin_memcpy(each, &any, sizeof(each));
#pragma unroll
    for (int j = 0; j < n; ++j) {
      list[1 + found] = static_cast<int32_t>(c) + j;
      found -= each[j];
    }
  }
  list[0] = found;
}
/// The same of each tile's rows, one list of `width` numbers after the other.
INLINE void list_live_tiles(const float *x, int64_t row, int64_t columns, int64_t rows, int32_t *lists, int64_t width) {
  for (int64_t i = 0; i < rows; i += most_rows, lists += width)
    list_live(x + i * row, row, columns, rows - i < most_rows ? rows - i : most_rows, lists);
}

/// Whether a layer with `columns` is worth a list of what is alive before it.
INLINE bool worth_lists(const Mlp &mlp, int64_t columns) { return mlp.slope == 0 && columns >= 4 * lanes; }
