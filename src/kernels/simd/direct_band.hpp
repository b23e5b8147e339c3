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

/// Row `row` of the tensor that a walk reads; null outside of it.
HWY_INLINE const float* row_at(const Walk& w, const float* x, int row) {
  return row >= 0 && row < w.in_h ? x + static_cast<Index>(row) * w.in_w * w.in_c : nullptr;
}

/// True if a word holds the same channel of neighbouring outputs.
HWY_INLINE bool shares_places(const BandPlan& plan) { return kPerWord > 1 && plan.members == Members::places; }

/// Layout::taps of `count` rows of outputs: what tap (i, j) reads, one pixel after the other. Returns the end.
HWY_INLINE float* copy_tap(const Walk& w, const BandPlan& plan, const float* x, int first_row, int count, int i, int j,
                           int pixels, float* to) {
  const int column = w.cols.first + j * w.cols.step;
  const auto row_of = [&](int r) FPCPU_INLINE { return row_at(w, x, first_row + r * w.rows.stride + i * w.rows.step); };
  if (!shares_places(plan)) {
    for (int r = 0; r < count; ++r, to += w.cols.outputs * plan.pixel) {
      copy_row(w, plan, row_of(r), column, w.cols.outputs, w.cols.stride, to);
    }
    return to;
  }
  // Neighbours of the joined line may lie on two rows.
  int r = 0;
  int q = 0;
  for (int step = 0; step < pixels; ++step, to += plan.pixel) {
    const float* members[kPerWord];
    for (const float*& member : members) {
      member = r == count ? nullptr : pixel_at(w, row_of(r), column + q * w.cols.stride);
      if (++q == w.cols.outputs) q = 0, ++r;
    }
    copy_members(members, w.in_c, to);
  }
  return to;
}

/// Layout::rows: one row of the input. Where places are shared, every pixel shares a word with the pixel of the next
/// output at the same tap, so that the words serve all taps.
HWY_INLINE void copy_line(const Walk& w, const BandPlan& plan, const float* row, float* to) {
  if (!shares_places(plan)) return copy_row(w, plan, row, w.cols.first, plan.columns, 1, to);
  for (int q = 0; q < plan.columns; ++q, to += plan.pixel) {
    const float* members[kPerWord];
    int column = w.cols.first + q;
    for (const float*& member : members) {
      member = pixel_at(w, row, column);
      column += w.cols.stride;
    }
    copy_members(members, w.in_c, to);
  }
}

/// Output rows [begin, begin + count) of the walk, count <= plan.band_rows.
HWY_INLINE Band prepare_band(const Walk& w, const BandPlan& plan, const float* x, int begin, int count,
                             float* scratch) {
  const int first_row = w.rows.first + begin * w.rows.stride;
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
        scratch = copy_tap(w, plan, x, first_row, count, i, j, band.pixels, scratch);
      }
    }
    zero_floats(scratch, overrun(w, plan));
    return band;
  }
  const Index in_row = static_cast<Index>(w.in_w) * w.in_c;
  const bool copied = plan.layout == Layout::rows;
  const Index row_stride = copied ? plan.columns * plan.pixel : in_row;
  band.base = copied ? scratch : x + first_row * in_row + static_cast<Index>(w.cols.first) * w.in_c;
  band.line = w.rows.stride * row_stride;
  band.pixel = (shares_places(plan) ? kPerWord : 1) * w.cols.stride * plan.pixel;
  band.tap_row = w.rows.step * row_stride;
  band.tap_col = w.cols.step * plan.pixel;
  if (copied) {
    const int input_rows = (count - 1) * w.rows.stride + (w.rows.taps - 1) * w.rows.step + 1;
    for (int r = 0; r < input_rows; ++r) copy_line(w, plan, row_at(w, x, first_row + r), scratch + r * row_stride);
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
