// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/direct_plan.hpp"

/// The input of a band, ready for the tiles: borders filled with zeros, floats turned into words.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

/// Where sums run over pixels, the pixels of a line are counted in words.
struct Band {
  const float* base;
  int lines, pixels;
  Index line, pixel;  // strides in words between lines and between neighbouring output pixels
  Index tap_row, tap_col;
};

/// Pixel `column` of a row; null outside of the row, or if there is no row.
HWY_INLINE const float* pixel_at(const Walk& w, const float* row, int column) {
  return row != nullptr && column >= 0 && column < w.in_w ? row + static_cast<Index>(column) * w.in_c : nullptr;
}

/// Copies `count` pixels that start at column `column` of a row, channels sharing words; zeros outside of the row.
HWY_INLINE void copy_row(const Walk& w, const BandPlan& plan, const float* row, int column, int count, int stride,
                         float* to) {
  if (stride == 1 && plan.pixel * kPerWord == w.in_c && row != nullptr) {
    const int left = min_int(count, max_int(0, -column));
    const int middle = max_int(0, min_int(count, w.in_w - column) - left);
    zero_floats(to, left * plan.pixel);
    copy_words(row + static_cast<Index>(column + left) * w.in_c, to + left * plan.pixel,
               static_cast<Index>(middle) * w.in_c);
    zero_floats(to + (left + middle) * plan.pixel, (count - left - middle) * plan.pixel);
    return;
  }
  for (int q = 0; q < count; ++q, to += plan.pixel, column += stride) {
    const float* from = pixel_at(w, row, column);
    for (int g = 0; g < w.groups; ++g) {
      float* words = to + static_cast<Index>(g) * plan.group_words;
      if (from != nullptr) {
        copy_words(from + static_cast<Index>(g) * w.group_in, words, w.group_in);
      } else {
        zero_floats(words, plan.group_words);
      }
    }
    // What lies between pixels is read where a sum is filled up.
    if constexpr (kAmx) zero_floats(to + w.groups * plan.group_words, plan.pixel - w.groups * plan.group_words);
  }
}

/// Output rows [begin, begin + count) of the walk, count <= plan.band_rows.
HWY_INLINE Band prepare_band(const Walk& w, const BandPlan& plan, const float* x, int begin, int count,
                             float* scratch) {
  const Index in_row = static_cast<Index>(w.in_w) * w.in_c;
  const auto row_at = [&](int row) FPCPU_INLINE { return row >= 0 && row < w.in_h ? x + row * in_row : nullptr; };
  const int first_row = w.rows.first + begin * w.rows.stride;
  const bool share_places = kPerWord > 1 && plan.members == Members::places;
  Band band{};
  band.lines = plan.joined ? 1 : count;
  band.pixels = line_steps(plan, plan.joined ? count * w.cols.outputs : w.cols.outputs);
  if (plan.layout == Layout::taps) {
    band.base = scratch;
    band.pixel = plan.pixel;
    band.tap_col = plan.pixel * band.pixels;
    band.tap_row = band.tap_col * w.cols.taps;
    for (int i = 0; i < w.rows.taps; ++i) {
      for (int j = 0; j < w.cols.taps; ++j) {
        const int column = w.cols.first + j * w.cols.step;
        if (share_places) {
          // Neighbours of the joined line may lie on two rows.
          int r = 0;
          int q = 0;
          for (int step = 0; step < band.pixels; ++step, scratch += plan.pixel) {
            const float* members[kPerWord];
            for (const float*& member : members) {
              member = r == count ? nullptr
                                  : pixel_at(w, row_at(first_row + r * w.rows.stride + i * w.rows.step),
                                             column + q * w.cols.stride);
              if (++q == w.cols.outputs) q = 0, ++r;
            }
            copy_members(members, w.in_c, scratch);
          }
          continue;
        }
        for (int r = 0; r < count; ++r, scratch += w.cols.outputs * plan.pixel) {
          copy_row(w, plan, row_at(first_row + r * w.rows.stride + i * w.rows.step), column, w.cols.outputs,
                   w.cols.stride, scratch);
        }
      }
    }
    zero_floats(scratch, overrun(w, plan));
    return band;
  }
  const bool copied = plan.layout == Layout::rows;
  const Index row_stride = copied ? plan.columns * plan.pixel : in_row;
  band.base = copied ? scratch : x + first_row * in_row + static_cast<Index>(w.cols.first) * w.in_c;
  band.line = w.rows.stride * row_stride;
  band.pixel = (share_places ? kPerWord : 1) * w.cols.stride * plan.pixel;
  band.tap_row = w.rows.step * row_stride;
  band.tap_col = w.cols.step * plan.pixel;
  if (copied) {
    const int input_rows = (count - 1) * w.rows.stride + (w.rows.taps - 1) * w.rows.step + 1;
    for (int r = 0; r < input_rows; ++r) {
      float* to = scratch + r * row_stride;
      if (!share_places) {
        copy_row(w, plan, row_at(first_row + r), w.cols.first, plan.columns, 1, to);
        continue;
      }
      // Every pixel shares a word with the pixel of the next output at the same tap, so that the words serve all taps.
      for (int q = 0; q < plan.columns; ++q, to += plan.pixel) {
        const float* members[kPerWord];
        int column = w.cols.first + q;
        for (const float*& member : members) {
          member = pixel_at(w, row_at(first_row + r), column);
          column += w.cols.stride;
        }
        copy_members(members, w.in_c, to);
      }
    }
    zero_floats(scratch + input_rows * row_stride, overrun(w, plan));
  }
  return band;
}

/// Where segment s starts, relative to a pixel of the band.
HWY_INLINE Index segment_offset(const Walk& w, const BandPlan& plan, const Band& band, int s) {
  if (plan.whole_rows) return s * band.tap_row;
  return s / w.cols.taps * band.tap_row + s % w.cols.taps * band.tap_col;
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
