// The blocks of likeness::mlp: some rows through all layers and back. Included once for each set of instructions, inside a namespace that
// says how many `lanes` a vector has and how many `most_rows` a tile: no include guard.

#define INLINE inline __attribute__((always_inline))

typedef float Vector __attribute__((vector_size(4 * lanes)));
typedef float Eight __attribute__((vector_size(4 * (lanes < 8 ? lanes : 8))));
typedef float Half __attribute__((vector_size(16)));

template <class V> struct Lanes { static constexpr int count = sizeof(V) / 4; };
// Addresses are multiples of four bytes and of nothing more.
template <class V> INLINE V load(const float *from) {
  V value;
  __builtin_memcpy(&value, from, sizeof(V));
  return value;
}
template <class V> INLINE void store(float *to, const V &value) { __builtin_memcpy(to, &value, sizeof(V)); }

/// sum[i][j] += a[i * row + k * step] * b[k * b_step + j], for all k in order: every element's sum is the same in tiles of any shape.
template <class V, int rows, int vectors>
INLINE void accumulate(V (&sum)[rows][vectors], const float *a, int64_t row, int64_t step, const float *b, int64_t b_step, int64_t count) {
  for (int64_t k = 0; k < count; ++k) {
    V right[vectors];
#pragma unroll
    for (int v = 0; v < vectors; ++v) right[v] = load<V>(b + v * Lanes<V>::count);
#pragma unroll
    for (int i = 0; i < rows; ++i) {
#pragma unroll
      for (int v = 0; v < vectors; ++v) sum[i][v] += a[i * row] * right[v];
    }
    a += step;
    b += b_step;
  }
}

#include "MlpLive.h"

/// A tile of a layer's values.
struct ForwardTile {
  const float *x, *extra, *panel, *bias;
  const int32_t *group, *live;
  int64_t live_width;
  float *out;
  int64_t x_row, extra_row, bias_row, out_row, in, extra_in;
  float slope;
  bool activates;

  template <class V, int rows, int vectors> void run() const {
    constexpr int n = Lanes<V>::count;
    V sum[rows][vectors];
#pragma unroll
    for (int i = 0; i < rows; ++i) {
      const float *start = bias + (group ? group[i] * bias_row : 0);
#pragma unroll
      for (int v = 0; v < vectors; ++v) sum[i][v] = load<V>(start + v * n);
    }
    accumulate<V, rows, vectors>(sum, x, x_row, panel, vectors * n, in, live);
    if (extra_in) accumulate<V, rows, vectors>(sum, extra, extra_row, 1, panel + in * vectors * n, vectors * n, extra_in);
#pragma unroll
    for (int i = 0; i < rows; ++i) {
#pragma unroll
      for (int v = 0; v < vectors; ++v) {
        V value = sum[i][v];
        if (activates) {
          const V low = slope == 0 ? V{} : value * slope;
          // What is not a number must stay so, or a broken step would look sound: it is in no order, and so never the lower one.
          value = low > value ? low : value;
        }
        store<V>(out + i * out_row + v * n, value);
      }
    }
  }
  void move(int64_t i, int64_t j) {
    x += i * x_row;
    extra += extra ? i * extra_row : 0;
    group += group ? i : 0;
    live += live ? i / most_rows * live_width : 0;
    out += i * out_row + j;
    bias += j;
    panel += j * (in + extra_in);
  }
};

/// A tile of what a layer passes back: g W, where the layer before bent times its slope.
struct InputGradientTile {
  const float *g, *panel, *value;
  const int32_t *live;
  int64_t live_width;
  float *out;
  int64_t g_row, value_row, out_row, count;
  float slope;
  bool adds;

  template <class V, int rows, int vectors> void run() const {
    constexpr int n = Lanes<V>::count;
    V sum[rows][vectors] = {};
    accumulate<V, rows, vectors>(sum, g, g_row, panel, vectors * n, count, live);
#pragma unroll
    for (int i = 0; i < rows; ++i) {
#pragma unroll
      for (int v = 0; v < vectors; ++v) {
        V found = sum[i][v];
        float *place = out + i * out_row + v * n;
        if (adds) found += load<V>(place);
        if (value) {
          const V bent = load<V>(value + i * value_row + v * n), low = found * slope;
          found = bent > 0 ? found : low;
        }
        store<V>(place, found);
      }
    }
  }
  void move(int64_t i, int64_t j) {
    g += i * g_row;
    live += live ? i / most_rows * live_width : 0;
    value += value ? i * value_row + j : 0;
    out += i * out_row + j;
    panel += j * count;
  }
};

/// A tile of a weight's gradient, g^T x over the rows of a block, added; its rows are the layer's outputs, all or those that `place` lists.
struct Weights {
  const float *g, *x;
  const int32_t *place;
  float *out;
  int64_t g_row, x_row, out_row, count;

  INLINE float *row(int i) const { return out + (place ? place[i] : i) * out_row; }
  template <class V, int rows, int vectors> void run() const {
    constexpr int n = Lanes<V>::count;
    V sum[rows][vectors];
#pragma unroll
    for (int i = 0; i < rows; ++i) {
#pragma unroll
      for (int v = 0; v < vectors; ++v) sum[i][v] = load<V>(row(i) + v * n);
    }
    accumulate<V, rows, vectors>(sum, g, 1, g_row, x, x_row, count);
#pragma unroll
    for (int i = 0; i < rows; ++i) {
#pragma unroll
      for (int v = 0; v < vectors; ++v) store<V>(row(i) + v * n, sum[i][v]);
    }
  }
  void move(int64_t i, int64_t j) {
    g += i;
    x += j;
    place += place ? i : 0;
    out += (place ? 0 : i * out_row) + j;
  }
};

/// The tile with as many rows as are left.
template <class V, int vectors, int rows = most_rows, class Tile> INLINE void run_rows(const Tile &tile, int64_t left) {
  if (left >= rows) return tile.template run<V, rows, vectors>();
  if constexpr (rows > 1) return run_rows<V, vectors, rows - 1>(tile, left);
}
template <class V, int vectors, class Tile> void run_panel(Tile tile, int64_t rows, int64_t column) {
  tile.move(0, column);
  for (int64_t i = 0; i < rows; i += most_rows) {
    run_rows<V, vectors>(tile, rows - i);
    tile.move(most_rows, 0);
  }
}

/// How columns, a multiple of 8, are shared out among panels: `f(first, columns)`.
template <class F> INLINE void each_panel(int64_t columns, F f) {
  constexpr int64_t wide = 2 * lanes;
  int64_t j = 0;
  for (; j + wide <= columns; j += wide) f(j, wide);
  if constexpr (lanes == 16) {
    if (j + lanes <= columns) {
      f(j, int64_t(lanes));
      j += lanes;
    }
  }
  if (j < columns) f(j, columns - j);
}
/// All tiles of `rows` by `columns`.
template <class Tile> void run(const Tile &tile, int64_t rows, int64_t columns) {
  constexpr int64_t wide = 2 * lanes;
  int64_t j = 0;
  for (; j + wide <= columns; j += wide) run_panel<Vector, 2>(tile, rows, j);
  if constexpr (lanes == 16) {
    if (j + lanes <= columns) {
      run_panel<Vector, 1>(tile, rows, j);
      j += lanes;
    }
  }
  if constexpr (lanes >= 8) {
    if (j < columns) run_panel<Eight, 1>(tile, rows, j);
  }
}

/// Packs the weights of a layer; `backwards` for the way back.
void pack(const MlpLayer &layer, bool backwards) {
  const int64_t width = layer.in + layer.extra;
  const auto put = [&](float *to, int64_t columns, int64_t count, int64_t real, auto weight) {
    each_panel(columns, [&](int64_t first, int64_t size) {
      float *panel = to + first * count;
      for (int64_t j = 0; j < size; ++j)
        for (int64_t k = 0; k < count; ++k) panel[k * size + j] = first + j < real ? weight(first + j, k) : 0;
    });
  };
  if (!backwards)
    put(layer.forward, padded(layer.out), width, layer.out, [&](int64_t j, int64_t k) { return layer.weight[j * width + k]; });
  else {
    if (layer.back)
      put(layer.back, padded(layer.in), layer.out, layer.in, [&](int64_t j, int64_t k) { return layer.weight[k * width + j]; });
    if (layer.back_extra)
      put(layer.back_extra, padded(layer.extra), layer.out, layer.extra,
          [&](int64_t j, int64_t k) { return layer.weight[k * width + layer.in + j]; });
  }
}

/// Rows `first` ..< `first + rows` through a layer, from `x` with `x_row` columns a row.
INLINE void run_layer(const Mlp &mlp, const MlpLayer &layer, const float *x, int64_t x_row, const float *input, int64_t input_row,
                      const int32_t *group, const int32_t *live, float *out, int64_t out_row, int64_t rows) {
  ForwardTile tile;
  tile.live = live, tile.live_width = mlp.list_width();
  tile.x = x, tile.x_row = x_row, tile.in = layer.in;
  tile.extra = layer.extra ? input : nullptr, tile.extra_row = input_row, tile.extra_in = layer.extra;
  tile.panel = layer.forward;
  tile.bias = layer.bias, tile.bias_row = padded(layer.out), tile.group = layer.grouped ? group : nullptr;
  tile.out = out, tile.out_row = out_row;
  tile.slope = mlp.slope, tile.activates = layer.activates;
  run(tile, rows, padded(layer.out));
}

/// Copies rows of `columns` numbers out of rows of `padded(columns)`. Whole vectors are written: what they write too much, the rows behind
/// write anew, but for the last ones.
INLINE void copy_rows(float *to, const float *from, int64_t columns, int64_t rows) {
  const int64_t row = padded(columns);
  int64_t i = 0;
  for (; i < rows && i * columns + row <= rows * columns; ++i)
    for (int64_t c = 0; c < row; c += 8) __builtin_memcpy(to + i * columns + c, from + i * row + c, 32);
  for (; i < rows; ++i)
    for (int64_t c = 0; c < columns; ++c) to[i * columns + c] = from[i * row + c];
}
/// Adds the rows of a block to a sum, each of `columns` numbers.
INLINE void add_rows(float *sum, const float *from, int64_t row, int64_t columns, int64_t rows) {
  int64_t c = 0;
  for (; c + 8 <= columns; c += 8) {
    Half all[2] = {load<Half>(sum + c), load<Half>(sum + c + 4)};
    for (int64_t i = 0; i < rows; ++i) {
      all[0] += load<Half>(from + i * row + c);
      all[1] += load<Half>(from + i * row + c + 4);
    }
    store(sum + c, all[0]);
    store(sum + c + 4, all[1]);
  }
  for (; c < columns; ++c)
    for (int64_t i = 0; i < rows; ++i) sum[c] += from[i * row + c];
}

/// The chain's values `y` of `rows` rows of `x`, whose hidden activations go to `hidden` where it is given; `scratch` holds two blocks of
/// the widest layer, `live` a list a tile.
void forward_block(const Mlp &mlp, const float *x, const int32_t *group, float *const *hidden, float *y, float *scratch, int32_t *live,
                   int64_t block, int64_t rows) {
  const float *from = x;
  int64_t from_row = mlp.input;
  for (int64_t l = 0; l < mlp.count; ++l) {
    const MlpLayer &layer = mlp.layer(l);
    const bool last = l + 1 == mlp.count, straight = last && padded(layer.out) == layer.out;
    const int64_t row = padded(layer.out);
    float *to = straight ? y : !last && hidden ? hidden[l] : scratch + (l % 2) * block * mlp.widest;
    const bool listed = l > 0 && worth_lists(mlp, row);
    if (listed) list_live_tiles(from, from_row, layer.in, rows, live, mlp.list_width());
    run_layer(mlp, layer, from, from_row, x, mlp.input, group, listed ? live : nullptr, to, row, rows);
    if (last && !straight) copy_rows(y, to, layer.out, rows);
    from = to;
    from_row = row;
  }
}

/// Adds a block's gradients. `hidden` holds the block's activations, `y` the chain's values where the last layer activates; `scratch` has
/// three blocks of the widest layer and two of the input. The input is copied where fewer than 8 numbers follow the block's.
void backward_block(const Mlp &mlp, const float *g, const float *x, const int32_t *group, float *const *hidden, const float *y,
                    const MlpGradients &gradients, float *to_x, float *scratch, int32_t *live, int64_t block, int64_t rows,
                    bool copies_input) {
  const int64_t input_row = padded(mlp.input);
  float *const passed[2] = {scratch, scratch + block * mlp.widest};
  float *const input = scratch + 2 * block * mlp.widest, *const to_input = input + block * input_row;
  float *const packed = to_input + block * input_row;
  // Whole vectors are read from the input here, and what lies behind a row comes to nothing; but behind the last one is no memory.
  const float *values = x;
  int64_t values_row = mlp.input;
  if (copies_input) {
    for (int64_t i = 0; i < rows; ++i) std::memcpy(input + i * input_row, x + i * mlp.input, sizeof(float) * mlp.input);
    values = input;
    values_row = input_row;
  }
  bool added = false;
  const int64_t last = mlp.count - 1;
  const float *from = g;
  int64_t row = mlp.output;
  if (mlp.layer(last).activates) {
    float *to = passed[last % 2];
    for (int64_t i = 0; i < rows * row; ++i) to[i] = y[i] > 0 ? g[i] : g[i] * mlp.slope;
    from = to;
  }
  for (int64_t l = last; l >= 0; --l) {
    const MlpLayer &layer = mlp.layer(l);
    const float *before = l == 0 ? values : hidden[l - 1];
    const int64_t before_row = l == 0 ? values_row : padded(layer.in);
    const bool listed = layer.activates && worth_lists(mlp, row) && row == padded(layer.out);
    if (gradients.weights[l]) {
      Weights tile;
      tile.g = from, tile.g_row = row, tile.place = nullptr, tile.x = before, tile.x_row = before_row, tile.count = rows;
      tile.out = gradients.weights[l], tile.out_row = layer.gradient_columns();
      int64_t outputs = layer.out;
      if (listed) {
        list_live(from, row, layer.out, rows, live);
        // The live ones are put side by side where that spares more than it costs.
        if (live[0] * 8 < layer.out * 7) {
          outputs = live[0];
          for (int64_t i = 0; i < rows; ++i)
            for (int64_t j = 0; j < outputs; ++j) packed[i * outputs + j] = from[i * row + live[1 + j]];
          tile.g = packed, tile.g_row = outputs, tile.place = live + 1;
        }
      }
      run(tile, outputs, padded(layer.in));
      if (layer.extra) {
        tile.x = values, tile.x_row = values_row, tile.out += padded(layer.in);
        run(tile, outputs, padded(layer.extra));
      }
    }
    if (listed) list_live_tiles(from, row, layer.out, rows, live, mlp.list_width());
    if (float *sum = gradients.biases[l]) {
      if (!layer.grouped || !group) add_rows(sum, from, row, layer.out, rows);
      else
        for (int64_t i = 0; i < rows; ++i) add_rows(sum + group[i] * padded(layer.out), from + i * row, row, layer.out, 1);
    }
    InputGradientTile tile;
    tile.live = listed ? live : nullptr, tile.live_width = mlp.list_width();
    tile.g = from, tile.g_row = row, tile.count = layer.out, tile.slope = mlp.slope;
    if (l > 0) {
      tile.panel = layer.back, tile.value = hidden[l - 1], tile.value_row = padded(layer.in), tile.adds = false;
      tile.out = passed[(l + 1) % 2], tile.out_row = padded(layer.in);
      run(tile, rows, padded(layer.in));
    }
    if (to_x) {
      tile.out = to_input, tile.out_row = input_row, tile.value = nullptr, tile.value_row = 0;
      if (layer.extra) {
        tile.panel = layer.back_extra, tile.adds = added;
        run(tile, rows, padded(layer.extra));
        added = true;
      }
      if (l == 0) {
        tile.panel = layer.back, tile.adds = added;
        run(tile, rows, padded(layer.in));
      }
    }
    from = passed[(l + 1) % 2];
    row = padded(layer.in);
  }
  if (to_x) copy_rows(to_x, to_input, mlp.input, rows);
}
#undef INLINE
