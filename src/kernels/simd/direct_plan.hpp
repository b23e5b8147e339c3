// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/words.hpp"

/// How one convolution pass walks over memory. Forward, data gradient and weight gradient are described by the same two
/// axes, so that borders, strides, dilation and groups are handled once.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

/// One spatial axis: output o reads inputs first + o * stride + t * step for its taps t, and tap t uses the filter's
/// index tap_first + t * tap_step. Output o is stored at out_first + o * out_step.
struct Axis {
  int taps, first, step, stride;
  int outputs, out_first, out_step;
  int tap_first, tap_step;
};

HWY_INLINE Axis forward_axis(int outputs, int kernel, int pad, int stride, int dilation) {
  return {kernel, -pad, dilation, stride, outputs, 0, 1, 0, 1};
}

/// Input positions i with i % stride == phase receive gradient through the taps j with (phase + pad - j * dilation)
/// divisible by the stride, from output (phase + pad - j * dilation) / stride + i / stride. `taps` may be 0.
HWY_INLINE Axis backward_axis(int inputs, int kernel, int pad, int stride, int dilation, int phase) {
  Axis axis{0, 0, 1, 1, 0, phase, stride, 0, 0};
  if (phase >= inputs) return axis;
  axis.outputs = ceil_div(inputs - phase, stride);
  int second = -1;
  for (int j = kernel - 1; j >= 0; --j) {
    const int distance = phase + pad - j * dilation;
    if (distance % stride != 0) continue;
    if (axis.taps == 0) {
      axis.tap_first = j;
      axis.first = distance / stride;
    } else if (axis.taps == 1) {
      second = j;
      axis.step = distance / stride - axis.first;
    }
    ++axis.taps;
  }
  if (second >= 0) axis.tap_step = second - axis.tap_first;
  return axis;
}

/// One pass over one image.
struct Walk {
  Axis rows, cols;
  int in_h, in_w, in_c;  // the tensor that is read
  int groups;
  int group_in, group_out;  // channels of a group
};

HWY_INLINE Walk forward_walk(const ConvShape& s) {
  return {forward_axis(s.oh, s.kh, s.pad_h, s.stride, s.dilation),
          forward_axis(s.ow, s.kw, s.pad_w, s.stride, s.dilation),
          s.h,
          s.w,
          s.c,
          s.groups,
          s.c / s.groups,
          s.k / s.groups};
}

HWY_INLINE Walk backward_walk(const ConvShape& s, int phase_h, int phase_w) {
  return {backward_axis(s.h, s.kh, s.pad_h, s.stride, s.dilation, phase_h),
          backward_axis(s.w, s.kw, s.pad_w, s.stride, s.dilation, phase_w),
          s.oh,
          s.ow,
          s.k,
          s.groups,
          s.k / s.groups,
          s.c / s.groups};
}

/// How the input of a band of output rows is laid out for the tiles.
enum class Layout : std::uint8_t {
  direct,  // read the tensor itself: nothing hangs over the border, and words are floats
  rows,    // copy of the rows a band needs, with zeros at the borders
  taps,    // one copy per tap, [tap][pixel][c]: rows too short for a good tile are joined
};

/// The plan of a band. Pixels of the band are `lines` lines of `pixels` with constant strides; the reduction of one
/// output is `segments` contiguous runs of `segment_length` words of channels.
struct BandPlan {
  Members members;
  Layout layout;
  bool joined;      // all pixels of a band are one line
  int band_rows;    // most output rows in a band
  int columns;      // width of a copied row, in pixels
  Index pixel;      // words of a copied or direct pixel
  int group_words;  // words of a group's channels
  int segments, segment_length;
  bool whole_rows;  // a segment is all taps of a filter row
};

/// A band's input should fit beside a panel of weights in a 256 KB second-level cache.
inline constexpr Index kBandElements = 24 * 1024;

/// Pixels 2 KB (or a multiple) apart fall into the same few cache sets, and the rows of a tile evict each other.
HWY_INLINE bool bad_stride(int words) { return words % 512 == 0; }

/// @param short_line   lines with fewer pixels are joined if the layout allows
/// @param max_pixels   most pixels of a band; the passes choose it
HWY_INLINE BandPlan plan_band(const Walk& w, Members members, int short_line, int max_pixels) {
  const Axis& rows = w.rows;
  const Axis& cols = w.cols;
  BandPlan plan{};
  plan.members = members;
  plan.group_words = members == Members::channels ? words_of(w.group_in) : w.group_in;
  const int words = w.groups * plan.group_words;
  const int last_row = rows.first + (rows.outputs - 1) * rows.stride + (rows.taps - 1) * rows.step;
  const int last_col = cols.first + (cols.outputs - 1) * cols.stride + (cols.taps - 1) * cols.step;
  const bool inside = rows.first >= 0 && cols.first >= 0 && last_row < w.in_h && last_col < w.in_w;
  const bool pointwise = inside && rows.taps == 1 && cols.taps == 1 && rows.stride == 1 && cols.stride == 1 &&
                         rows.first == 0 && cols.first == 0 && cols.outputs == w.in_w;
  const bool dense_out = rows.out_step == 1 && cols.out_step == 1;
  const bool in_place = kPerWord == 1 && inside && !bad_stride(words);
  if (in_place && (pointwise || cols.outputs >= short_line || !dense_out)) {
    plan.layout = Layout::direct;
  } else if (dense_out && (rows.taps * cols.taps == 1 || cols.outputs < short_line)) {
    plan.layout = Layout::taps;
  } else {
    plan.layout = Layout::rows;
  }
  plan.joined = dense_out && (plan.layout == Layout::taps || pointwise);
  plan.pixel = plan.layout != Layout::direct && bad_stride(words) ? words + 16 : words;
  plan.columns = (cols.outputs - 1) * cols.stride + (cols.taps - 1) * cols.step + 1;
  // The pixels of AMX's sums go on from line to line if a row is a whole number of words.
  if (kAmx && members == Members::places) plan.columns += plan.columns % kPerWord;
  plan.whole_rows = plan.layout != Layout::taps && w.groups == 1 && cols.step == 1 && plan.pixel == words;
  plan.segments = plan.whole_rows ? rows.taps : rows.taps * cols.taps;
  plan.segment_length = plan.whole_rows ? cols.taps * words : plan.group_words;

  const int by_pixels = max_int(1, max_pixels / max_int(1, cols.outputs));
  // Joined bands hold everything they read once per tap, so they may be larger than bands of overlapping rows.
  const int copies = plan.layout == Layout::taps ? rows.taps * cols.taps : 1;
  int by_memory = static_cast<int>(4 * kBandElements / (plan.pixel * copies * max_int(1, cols.outputs)));
  if (plan.layout == Layout::rows) {
    const int input_rows = static_cast<int>(kBandElements / (plan.pixel * plan.columns));
    by_memory = (input_rows - 1 - (rows.taps - 1) * rows.step) / rows.stride + 1;
  }
  // A copy of overlapping rows pays only if a band is higher than the overlap.
  by_memory = max_int(by_memory, plan.layout == Layout::rows ? 4 : 1);
  const int most = min_int(max_int(1, rows.outputs), min_int(by_pixels, by_memory));
  plan.band_rows = ceil_div(max_int(1, rows.outputs), ceil_div(max_int(1, rows.outputs), most));
  return plan;
}

/// How many steps of a sum a line of pixels is, if pixels are what the sum runs over.
HWY_INLINE int line_steps(const BandPlan& plan, int pixels) {
  return plan.members == Members::places ? words_of(pixels) : pixels;
}

/// Words of zeros behind a copied band. Tiles of AMX have 16 rows and 16 words each way, whether they exist or not:
/// they read at most 15 pixels and 15 words too far. What a row that does not exist gives is dropped; words that do not
/// exist meet factors that are zero, and must not be NaN.
HWY_INLINE Index overrun(const Walk& w, const BandPlan& plan) {
  return !kAmx ? 0 : (kDepthStep - 1) * kPerWord * w.cols.stride * plan.pixel + kDepthStep;
}

/// Words of scratch that the copied input of a band takes.
HWY_INLINE Index band_elements(const Walk& w, const BandPlan& plan) {
  if (plan.layout == Layout::taps) {
    return plan.pixel * w.rows.taps * w.cols.taps * line_steps(plan, w.cols.outputs * plan.band_rows) +
           overrun(w, plan);
  }
  if (plan.layout == Layout::rows) {
    const int input_rows = (plan.band_rows - 1) * w.rows.stride + (w.rows.taps - 1) * w.rows.step + 1;
    return plan.pixel * plan.columns * input_rows + overrun(w, plan);
  }
  return 0;
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
