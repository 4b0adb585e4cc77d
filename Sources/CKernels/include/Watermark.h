#pragma once
/// The arithmetic of the watermark: what is added to a frame's pixels, and where in a film such a pattern lies.

#include <stdint.h>

#pragma clang assume_nonnull begin
#ifdef __cplusplus
extern "C" {
#endif

/// Cells along a side of the tile that repeats over a frame.
enum { cm_side = 32, cm_cells = cm_side * cm_side };

/// A tile of one identity, ready to be added to frames.
typedef struct cm_pattern cm_pattern;
/// `signs` [32 x 32], each 1 or -1, row by row; `cell` is 2 to 16, in pixels.
cm_pattern *cm_pattern_new(const int8_t *signs, int32_t cell);
void cm_pattern_free(cm_pattern *pattern);

/// Adds `sign` (1 or -1) times the pattern to the first three of `channels` (3 or 4) bytes of every pixel, in integers, so that every
/// machine does the same. Pixels whose fourth byte is below 128 stay as they are. False if there was no memory: then nothing changed.
int32_t cm_mark(const cm_pattern *pattern, uint8_t *pixels, int32_t width, int32_t height, int32_t channels, int64_t row_bytes,
                int32_t sign);

/// Sums over the frames of a film, each frame whitened and weighed, for several frequencies at once.
typedef struct cm_sums cm_sums;
/// Null if there was no memory. A frame of more than a million pixels is shrunken by a whole number.
cm_sums *_Nullable cm_sums_new(int32_t width, int32_t height, int32_t frequencies);
void cm_sums_free(cm_sums *sums);
/// By how much frames are shrunken, 1 or more.
int32_t cm_sums_shrink(const cm_sums *sums);
/// Adds a frame of `channels` 1 (grey), 3 or 4 bytes a pixel with the weights [frequencies x 2], the real and the imaginary one.
void cm_sums_add(cm_sums *sums, const uint8_t *pixels, int32_t channels, int64_t row_bytes, const float *weights);
void cm_sums_clear(cm_sums *sums);

/// A place of the pattern in the summed frames.
typedef struct {
  /// Cells in shrunken pixels across and down, and where the tile's corner lies, in cells.
  float across, down, x, y;
  /// How far the cells that are known beforehand stand out, in standard deviations of a frame without a mark.
  float z;
  int32_t mirrored;
} cm_place;

/// The sums of one frequency, ready to be searched.
typedef struct cm_table cm_table;
/// Null if there was no memory. The sums may go on, the table stays as it is.
cm_table *_Nullable cm_table_new(const cm_sums *sums, int32_t frequency);
void cm_table_free(cm_table *table);
/// The best places of the cells that are known beforehand (`known` [32 x 32]: 1, -1, or 0 where unknown), best first; how many there are, at
/// most `count`; -1 if there was no memory. Cells of `smallest` to `largest` shrunken pixels are tried.
int32_t cm_search(const cm_table *table, const int8_t *known, float smallest, float largest, cm_place *places, int32_t count);
/// The sums of the cells of the tile at a place, [32 x 32 x 2], real and imaginary. False if there was no memory.
int32_t cm_read(const cm_table *table, const cm_place *place, float *cells);

/// The instructions in use: 0 none but the base ones, 1 AVX2, 2 AVX-512; `cm_limit` lowers it, for tests.
int32_t cm_level(void);
void cm_limit(int32_t level);

#ifdef __cplusplus
}
#endif
#pragma clang assume_nonnull end
