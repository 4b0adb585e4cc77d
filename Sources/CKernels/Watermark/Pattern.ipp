// The pixels of one frame: included inside a namespace of Pattern.cpp.

/// Grey of a row in whole levels; what is not there repeats the last pixel.
static void grey_row(const uint8_t *pixel, int width, int channels, uint8_t *out, int padded) {
  if (channels == 3)
    for (int x = 0; x < width; ++x)
      out[x] = static_cast<uint8_t>((77 * pixel[3 * x] + 150 * pixel[3 * x + 1] + 29 * pixel[3 * x + 2] + 128) >> 8);
  else
    for (int x = 0; x < width; ++x)
      out[x] = static_cast<uint8_t>((77 * pixel[4 * x] + 150 * pixel[4 * x + 1] + 29 * pixel[4 * x + 2] + 128) >> 8);
  for (int x = width; x < padded; ++x) out[x] = out[width - 1];
}

/// Mean distance of a block's pixels from their mean, in quarters of a level, at most 255.
static void textures(const uint8_t *pixels, int width, int height, int channels, int64_t row_bytes, uint8_t *grey, int across, int down,
                     uint8_t *out) {
  const int padded = across * block;
  for (int row = 0; row < down; ++row) {
    for (int j = 0; j < block; ++j)
      grey_row(pixels + std::min(row * block + j, height - 1) * row_bytes, width, channels, grey + j * padded, padded);
    for (int x = 0; x < across; ++x) {
      int sum = 0, distance = 0;
      for (int j = 0; j < block; ++j)
        for (int i = 0; i < block; ++i) sum += grey[j * padded + x * block + i];
      for (int j = 0; j < block; ++j)
        for (int i = 0; i < block; ++i) distance += std::abs(16 * grey[j * padded + x * block + i] - sum);
      out[row * across + x] = static_cast<uint8_t>(std::min(255, distance >> 6));
    }
  }
}

static void add(const cm_pattern &pattern, uint8_t *pixels, int width, int height, int channels, int64_t row_bytes, int sign,
                const uint8_t *amplitude, int across, uint8_t *room) {
  const int padded = across * block;
  auto *const strength = room;
  auto *const change = reinterpret_cast<int8_t *>(room + padded);
  auto *const wide = reinterpret_cast<int8_t *>(room + 2 * padded);
  for (int y = 0; y < height; ++y) {
    if (y % block == 0)
      for (int x = 0; x < across; ++x)
        for (int i = 0; i < block; ++i) strength[x * block + i] = amplitude[y / block * across + x];
    const int8_t *const values = pattern.values + int64_t(y % pattern.side) * pattern.side;
    for (int start = 0; start < width; start += pattern.side) {
      const int end = std::min(width - start, pattern.side);
      // What lies between two levels becomes one of them by a sequence that fills the plane evenly (Roberts' R2).
      for (int x = 0; x < end; ++x) {
        const uint32_t even = (uint32_t(start + x) * 0xC13FA9A9u + uint32_t(y) * 0x91E10DA5u) >> 22;
        change[start + x] = static_cast<int8_t>((sign * strength[start + x] * values[x] + static_cast<int>(even)) >> 10);
      }
    }
    uint8_t *const row = pixels + y * row_bytes;
    if (channels == 3) {
      for (int x = 0; x < width; ++x) wide[3 * x] = wide[3 * x + 1] = wide[3 * x + 2] = change[x];
      for (int x = 0; x < 3 * width; ++x) row[x] = static_cast<uint8_t>(std::clamp(row[x] + wide[x], 0, 255));
    } else {
      for (int x = 0; x < width; ++x) {
        const int8_t kept = row[4 * x + 3] < opaque ? int8_t(0) : change[x];
        wide[4 * x] = wide[4 * x + 1] = wide[4 * x + 2] = kept;
        wide[4 * x + 3] = 0;
      }
      for (int x = 0; x < 4 * width; ++x) row[x] = static_cast<uint8_t>(std::clamp(row[x] + wide[x], 0, 255));
    }
  }
}
