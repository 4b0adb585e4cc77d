// Where the tile lies in summed frames. For every size of a cell, the sums are folded onto one tile, and a Fourier transform correlates that
// with the cells that are known beforehand, for all places at once; the best places are then refined.

#include "../include/Watermark.h"
#include "Fourier.h"
#include "Sums.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace {

struct Freed {
  void operator()(void *memory) const { std::free(memory); }
};
template <typename Value> using Buffer = std::unique_ptr<Value[], Freed>;
template <typename Value> Buffer<Value> buffer(int64_t count) {
  return Buffer<Value>(static_cast<Value *>(std::calloc(count, sizeof(Value))));
}

/// The radius of the neighbourhood by whose energy the sums are divided once more, in pixels.
constexpr int around = 12;
constexpr float most = 2.5f;
/// The largest side of the middle part of a frame in which all sizes are tried.
constexpr int middle = 768;
/// How far a cell may be off at the border of that part, in cells, between two sizes that are tried.
constexpr float slack = 0.7f;
/// How many places are refined, and in how many rounds of ten moves at most.
constexpr int refined = 10, rounds = 16;
/// After so many rounds, what stands out less than so many standard deviations is given up: an identity would not reach its threshold.
constexpr int first_rounds = 4;
constexpr float promising = 4.5f;

/// Sums over all that lies above and to the left, of frames that are whitened once more.
class Table {
public:
  int width, height;

  Table(const cm_sums &sums, int frequency) : width(sums.width), height(sums.height) {
    const float *const real = sums.plane(frequency, 0), *const imaginary = sums.plane(frequency, 1);
    const int64_t pixels = int64_t(width) * height;
    auto energy = buffer<double>(int64_t(width + 1) * (height + 1));
    corners = buffer<Complex>(int64_t(width + 1) * (height + 1));
    auto columns = buffer<double>(2 * int64_t(width));
    if (!energy || !corners || !columns) return;
    double total = 0;
    for (int y = 0; y < height; ++y) {
      double run = 0;
      for (int x = 0; x < width; ++x) {
        const int64_t at = int64_t(y) * width + x;
        run += double(real[at]) * real[at] + double(imaginary[at]) * imaginary[at];
        energy[int64_t(y + 1) * (width + 1) + x + 1] = energy[int64_t(y) * (width + 1) + x + 1] + run;
      }
      total += run;
    }
    const double least = 0.02 * total / double(pixels) + 1e-12;
    for (int y = 0; y < height; ++y) {
      const int top = std::max(0, y - around), bottom = std::min(height, y + around + 1);
      double re = 0, im = 0;
      for (int x = 0; x < width; ++x) {
        const int left = std::max(0, x - around), right = std::min(width, x + around + 1);
        const auto e = [&](int u, int v) { return energy[int64_t(v) * (width + 1) + u]; };
        const double mean = (e(right, bottom) - e(left, bottom) - e(right, top) + e(left, top)) / ((right - left) * (bottom - top));
        const int64_t at = int64_t(y) * width + x;
        float scale = static_cast<float>(1 / std::sqrt(mean + least));
        const float size = scale * std::sqrt(real[at] * real[at] + imaginary[at] * imaginary[at]);
        if (size > most) scale *= most / size;
        columns[2 * x] += scale * real[at];
        columns[2 * x + 1] += scale * imaginary[at];
        re += columns[2 * x];
        im += columns[2 * x + 1];
        corners[int64_t(y + 1) * (width + 1) + x + 1] = {static_cast<float>(re), static_cast<float>(im)};
      }
    }
    whole = true;
  }

  bool whole = false;

  /// The sums at the places `xs` of the row between two rows of pixels at `y`.
  void row(const float *xs, int count, float y, Complex *out) const {
    const int v = std::clamp(static_cast<int>(y), 0, height - 1);
    const float down = std::clamp(y - static_cast<float>(v), 0.0f, 1.0f);
    const Complex *const above = corners.get() + int64_t(v) * (width + 1), *const below = above + width + 1;
    for (int i = 0; i < count; ++i) {
      const int u = std::clamp(static_cast<int>(xs[i]), 0, width - 1);
      const float right = std::clamp(xs[i] - static_cast<float>(u), 0.0f, 1.0f);
      const float a = (1 - right) * (1 - down), b = right * (1 - down), c = (1 - right) * down, d = right * down;
      out[i] = {a * above[u].real + b * above[u + 1].real + c * below[u].real + d * below[u + 1].real,
                a * above[u].imaginary + b * above[u + 1].imaginary + c * below[u].imaginary + d * below[u + 1].imaginary};
    }
  }

private:
  Buffer<Complex> corners;
};

struct Part {
  float left, top, right, bottom;
};

struct Room {
  Buffer<float> xs;
  Buffer<Complex> above, below;
  int64_t count;

  explicit Room(int64_t most) : xs(buffer<float>(most)), above(buffer<Complex>(most)), below(buffer<Complex>(most)), count(most) {}
  bool whole() const { return xs && above && below; }
};

/// The remainder, never below zero.
int wrapped(int value, int length) {
  const int rest = value % length;
  return rest < 0 ? rest + length : rest;
}

/// Adds what lies in every box of the lattice of `across` x `down` pixels that `part` meets to `out` [side x side], which repeats. The lattice
/// has its corner `x`, `y` boxes before the first pixel; mirrored, before the last one of a row.
void fold(const Table &table, const Part &part, float across, float down, float x, float y, bool mirrored, int side, Room &room,
          Complex *out) {
  std::memset(out, 0, sizeof(Complex) * side * side);
  const float width = static_cast<float>(table.width);
  const float left = mirrored ? width - part.right : part.left, right = mirrored ? width - part.left : part.right;
  const int first = static_cast<int>(std::floor(left / across + x)), last = static_cast<int>(std::ceil(right / across + x));
  const int top = static_cast<int>(std::floor(part.top / down + y)), bottom = static_cast<int>(std::ceil(part.bottom / down + y));
  const int count = last - first + 1;
  if (count < 2 || count > room.count) return;
  for (int i = 0; i < count; ++i) {
    const float place = (static_cast<float>(first + i) - x) * across;
    room.xs[i] = mirrored ? width - place : place;
  }
  const float sign = mirrored ? -1 : 1;
  Complex *above = room.above.get(), *below = room.below.get();
  table.row(room.xs.get(), count, (static_cast<float>(top) - y) * down, above);
  for (int j = top; j < bottom; ++j) {
    table.row(room.xs.get(), count, (static_cast<float>(j + 1) - y) * down, below);
    Complex *const to = out + int64_t(wrapped(j, side)) * side;
    int at = wrapped(first, side);
    for (int i = 0; i + 1 < count; ++i) {
      to[at].real += sign * (below[i + 1].real - below[i].real - above[i + 1].real + above[i].real);
      to[at].imaginary += sign * (below[i + 1].imaginary - below[i].imaginary - above[i + 1].imaginary + above[i].imaginary);
      if (++at == side) at = 0;
    }
    std::swap(above, below);
  }
}

float standing_out(const Complex *cells, const int8_t *known) {
  double energy = 0, re = 0, im = 0;
  int count = 0;
  for (int i = 0; i < cm_cells; ++i) {
    energy += double(cells[i].real) * cells[i].real + double(cells[i].imaginary) * cells[i].imaginary;
    if (!known[i]) continue;
    ++count;
    re += known[i] * cells[i].real;
    im += known[i] * cells[i].imaginary;
  }
  return energy > 0 ? static_cast<float>(std::sqrt((re * re + im * im) * int(cm_cells) / (energy * count))) : 0;
}

class Search {
public:
  Search(const Table &table, const int8_t *known) : table(table), known(known), room(2 * int64_t(table.width + table.height) + 64) {
    const float w = static_cast<float>(table.width), h = static_cast<float>(table.height), m = static_cast<float>(middle);
    all = {0, 0, w, h};
    part = {std::max(0.0f, (w - m) / 2), std::max(0.0f, (h - m) / 2), std::min(w, (w + m) / 2), std::min(h, (h + m) / 2)};
    constexpr int side = Fourier::side;
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        straight[y * side + x] = {float(known[y / 2 * cm_side + x / 2]), 0};
        mirrored[y * side + side - 1 - x] = straight[y * side + x];
      }
    fourier.transform(straight, false);
    fourier.transform(mirrored, false);
  }

  bool whole() const { return room.whole(); }

  int run(float smallest, float largest, cm_place *places, int count) {
    cm_place best[refined];
    int found = 0;
    const float extent = std::max(part.right - part.left, part.bottom - part.top);
    for (float cell = smallest; cell <= largest; cell += slack * cell * cell / extent) {
      fold(table, part, cell / 2, cell / 2, 0, 0, false, Fourier::side, room, tile);
      double energy = 0;
      for (const Complex &value : tile) energy += double(value.real) * value.real + double(value.imaginary) * value.imaginary;
      if (energy <= 0) continue;
      fourier.transform(tile, false);
      for (int flipped = 0; flipped < 2; ++flipped) {
        const Complex *const wanted = flipped ? mirrored : straight;
        for (int i = 0; i < Fourier::side * Fourier::side; ++i)
          product[i] = {tile[i].real * wanted[i].real + tile[i].imaginary * wanted[i].imaginary,
                        tile[i].imaginary * wanted[i].real - tile[i].real * wanted[i].imaginary};
        fourier.transform(product, true);
        keep(cell, flipped, energy, best, found);
      }
    }
    for (int i = 0; i < found; ++i) {
      refine(best[i], part);
      if (best[i].z >= promising && (part.left > 0 || part.top > 0)) refine(best[i], all);
    }
    std::sort(best, best + found, [](const cm_place &a, const cm_place &b) { return a.z > b.z; });
    const int given = std::min(found, count);
    std::copy(best, best + given, places);
    return given;
  }

  void read(const cm_place &place, Complex *out) {
    fold(table, all, place.across, place.down, place.x, place.y, place.mirrored, cm_side, room, out);
  }

private:
  const Table &table;
  const int8_t *known;
  Room room;
  Part all, part;
  Fourier fourier;
  static constexpr int bins = Fourier::side * Fourier::side;
  Complex straight[bins], mirrored[bins], tile[bins], product[bins];
  Complex cells[cm_cells];

  /// The best place of a size joins the best of all.
  void keep(float cell, int flipped, double energy, cm_place *best, int &found) {
    constexpr int side = Fourier::side;
    int at = 0;
    float most = -1;
    for (int i = 0; i < bins; ++i) {
      const float size = product[i].real * product[i].real + product[i].imaginary * product[i].imaginary;
      if (size > most) most = size, at = i;
    }
    cm_place place{cell, cell, 0, 0, static_cast<float>(std::sqrt(most / energy)), flipped};
    if (found == refined && place.z <= best[found - 1].z) return;
    // A tile that lies `at` bins to the right begins as many before the first pixel of the next.
    const int right = at % side, low = at / side;
    place.y = -static_cast<float>(low) / 2;
    if (flipped) {
      // Of the mirrored frame, the first pixel is the last one.
      const float bins_across = 2 * static_cast<float>(table.width) / cell;
      place.x = (static_cast<float>(right) - bins_across) / 2;
    } else {
      place.x = -static_cast<float>(right) / 2;
    }
    int to = found < refined ? found++ : refined - 1;
    for (; to > 0 && best[to - 1].z < place.z; --to) best[to] = best[to - 1];
    best[to] = place;
  }

  float score(const cm_place &place, const Part &within) {
    fold(table, within, place.across, place.down, place.x, place.y, place.mirrored, cm_side, room, cells);
    return standing_out(cells, known);
  }

  /// Climbs to the best sizes and place nearby.
  void refine(cm_place &place, const Part &within) {
    place.z = score(place, within);
    const float width = within.right - within.left, height = within.bottom - within.top;
    const float middle_x = place.mirrored ? static_cast<float>(table.width) - (within.left + within.right) / 2
                                          : (within.left + within.right) / 2;
    const float middle_y = (within.top + within.bottom) / 2;
    float step = 0.3f;
    for (int round = 0; round < rounds; ++round) {
      const float before = place.z;
      for (int move = 0; move < 10; ++move) {
        cm_place tried = place;
        const float sign = move & 1 ? -step : step;
        if (move == 0 || move == 1) tried.x += sign;
        else if (move == 2 || move == 3) tried.y += sign;
        else {
          const bool both = move < 6, first = both || move < 8, second = both || move >= 8;
          if (first) {
            tried.across *= 1 + 2 * sign * place.across / width;
            tried.x += middle_x / place.across - middle_x / tried.across;
          }
          if (second) {
            tried.down *= 1 + 2 * sign * place.down / height;
            tried.y += middle_y / place.down - middle_y / tried.down;
          }
        }
        tried.z = score(tried, within);
        if (tried.z > place.z) place = tried;
      }
      if (place.z < before * 1.01f) step *= 0.5f;
      if (step < 0.02f || (round + 1 >= first_rounds && place.z < promising)) break;
    }
  }
};

} // namespace

struct cm_table {
  Table table;
};

cm_table *cm_table_new(const cm_sums *sums, int32_t frequency) {
  auto *const table = new (std::nothrow) cm_table{Table(*sums, frequency)};
  if (table && table->table.whole) return table;
  delete table;
  return nullptr;
}

void cm_table_free(cm_table *table) { delete table; }

int32_t cm_search(const cm_table *table, const int8_t *known, float smallest, float largest, cm_place *places, int32_t count) {
  const std::unique_ptr<Search> search(new (std::nothrow) Search(table->table, known));
  if (!search || !search->whole()) return -1;
  return search->run(smallest, largest, places, count);
}

int32_t cm_read(const cm_table *table, const cm_place *place, float *cells) {
  const int8_t none[cm_cells] = {};
  const std::unique_ptr<Search> search(new (std::nothrow) Search(table->table, none));
  if (!search || !search->whole()) return 0;
  search->read(*place, reinterpret_cast<Complex *>(cells));
  return 1;
}
