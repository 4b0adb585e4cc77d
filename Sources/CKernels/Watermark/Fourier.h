#pragma once
// The Fourier transform of 64 x 64 complex numbers, in place.

#include <cmath>
#include <utility>

struct Complex {
  float real, imaginary;
};

class Fourier {
public:
  static constexpr int side = 64;

  Fourier() {
    for (int i = 0; i < side / 2; ++i) {
      const double angle = 2 * M_PI * i / side;
      turns[i] = {static_cast<float>(std::cos(angle)), static_cast<float>(-std::sin(angle))};
    }
  }

  /// Columns are transformed all at once, so that a row of numbers takes the same steps.
  void transform(Complex *values, bool back) const {
    columns(values, back);
    transpose(values);
    columns(values, back);
    transpose(values);
  }

private:
  Complex turns[side / 2];

  static void transpose(Complex *values) {
    for (int y = 0; y < side; ++y)
      for (int x = y + 1; x < side; ++x) std::swap(values[y * side + x], values[x * side + y]);
  }

  void columns(Complex *values, bool back) const {
    for (int y = 0, mirrored = 0; y < side; ++y) {
      if (y < mirrored)
        for (int x = 0; x < side; ++x) std::swap(values[y * side + x], values[mirrored * side + x]);
      int bit = side / 2;
      while (bit && (mirrored & bit)) mirrored ^= bit, bit /= 2;
      mirrored |= bit;
    }
    for (int half = 1; half < side; half *= 2)
      for (int start = 0; start < side; start += 2 * half)
        for (int k = 0; k < half; ++k) {
          const Complex turn = turns[k * (side / 2 / half)];
          const float c = turn.real, s = back ? -turn.imaginary : turn.imaginary;
          Complex *const a = values + (start + k) * side, *const b = a + half * side;
          for (int x = 0; x < side; ++x) {
            const Complex v = {b[x].real * c - b[x].imaginary * s, b[x].real * s + b[x].imaginary * c};
            b[x] = {a[x].real - v.real, a[x].imaginary - v.imaginary};
            a[x] = {a[x].real + v.real, a[x].imaginary + v.imaginary};
          }
        }
  }
};
