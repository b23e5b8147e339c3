#pragma once

#include "kernels/simd/lanes.hpp"

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
  direct,  // read the tensor itself: nothing hangs over the border
  rows,    // copy of the rows a band needs, with zeros at the borders
  taps,    // one copy per tap, [tap][pixel][c]: rows too short for a good tile are joined
};

/// The plan of a band. Pixels of the band are `lines` lines of `pixels` with constant strides; the reduction of one
/// output is `segments` contiguous runs of `segment_length` channels.
struct BandPlan {
  Layout layout;
  bool joined;    // all pixels of a band are one line
  int band_rows;  // most output rows in a band
  int columns;    // width of a copied row, in pixels
  Index pixel;    // elements of a copied or direct pixel
  int segments, segment_length;
  bool whole_rows;  // a segment is all taps of a filter row
};

/// A band's input should fit beside a panel of weights in a 256 KB second-level cache.
inline constexpr Index kBandElements = 24 * 1024;

/// Pixels 2 KB (or a multiple) apart fall into the same few cache sets, and the rows of a tile evict each other.
HWY_INLINE bool bad_stride(int c) { return c % 512 == 0; }

/// @param short_line   lines with fewer pixels are joined if the layout allows
/// @param max_pixels   most pixels of a band; the passes choose it
HWY_INLINE BandPlan plan_band(const Walk& w, int short_line, int max_pixels) {
  const Axis& rows = w.rows;
  const Axis& cols = w.cols;
  BandPlan plan{};
  const int last_row = rows.first + (rows.outputs - 1) * rows.stride + (rows.taps - 1) * rows.step;
  const int last_col = cols.first + (cols.outputs - 1) * cols.stride + (cols.taps - 1) * cols.step;
  const bool inside = rows.first >= 0 && cols.first >= 0 && last_row < w.in_h && last_col < w.in_w;
  const bool pointwise = inside && rows.taps == 1 && cols.taps == 1 && rows.stride == 1 && cols.stride == 1 &&
                         rows.first == 0 && cols.first == 0 && cols.outputs == w.in_w;
  const bool dense_out = rows.out_step == 1 && cols.out_step == 1;
  if (inside && !bad_stride(w.in_c) && (pointwise || cols.outputs >= short_line || !dense_out)) {
    plan.layout = Layout::direct;
  } else if (dense_out && (pointwise || cols.outputs < short_line)) {
    plan.layout = Layout::taps;
  } else {
    plan.layout = Layout::rows;
  }
  plan.joined = dense_out && (plan.layout == Layout::taps || pointwise);
  plan.pixel = plan.layout != Layout::direct && bad_stride(w.in_c) ? w.in_c + 16 : w.in_c;
  plan.columns = (cols.outputs - 1) * cols.stride + (cols.taps - 1) * cols.step + 1;
  plan.whole_rows = plan.layout != Layout::taps && w.groups == 1 && cols.step == 1 && plan.pixel == w.in_c;
  plan.segments = plan.whole_rows ? rows.taps : rows.taps * cols.taps;
  plan.segment_length = plan.whole_rows ? cols.taps * w.in_c : w.group_in;

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

/// Elements of scratch that the copied input of a band takes.
HWY_INLINE Index band_elements(const Walk& w, const BandPlan& plan) {
  if (plan.layout == Layout::taps) {
    return plan.pixel * w.rows.taps * w.cols.taps * w.cols.outputs * plan.band_rows;
  }
  if (plan.layout == Layout::rows) {
    const int input_rows = (plan.band_rows - 1) * w.rows.stride + (w.rows.taps - 1) * w.rows.step + 1;
    return plan.pixel * plan.columns * input_rows;
  }
  return 0;
}

/// The input of a band, ready for the tiles.
struct Band {
  const float* base;
  int lines, pixels;
  Index line, pixel;  // strides in elements between lines and between neighbouring output pixels
  Index tap_row, tap_col;
};

HWY_INLINE void copy_floats(const float* HWY_RESTRICT from, float* HWY_RESTRICT to, Index n) {
  __builtin_memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
}
HWY_INLINE void zero_floats(float* to, Index n) {
  __builtin_memset(to, 0, static_cast<std::size_t>(n) * sizeof(float));
}

/// Copies `count` pixels that start at column `column` of a row, zeros outside of the row.
HWY_INLINE void copy_row(const Walk& w, const float* row, int column, int count, int stride, Index pixel, float* to) {
  if (stride == 1 && pixel == w.in_c && row != nullptr) {
    const int left = min_int(count, max_int(0, -column));
    const int middle = max_int(0, min_int(count, w.in_w - column) - left);
    zero_floats(to, left * pixel);
    copy_floats(row + static_cast<Index>(column + left) * w.in_c, to + left * pixel, middle * pixel);
    zero_floats(to + (left + middle) * pixel, (count - left - middle) * pixel);
    return;
  }
  for (int q = 0; q < count; ++q, to += pixel, column += stride) {
    if (row != nullptr && column >= 0 && column < w.in_w) {
      copy_floats(row + static_cast<Index>(column) * w.in_c, to, w.in_c);
    } else {
      zero_floats(to, w.in_c);
    }
  }
}

/// Output rows [begin, begin + count) of the walk, count <= plan.band_rows.
HWY_INLINE Band prepare_band(const Walk& w, const BandPlan& plan, const float* x, int begin, int count,
                             float* scratch) {
  const Index in_row = static_cast<Index>(w.in_w) * w.in_c;
  const int first_row = w.rows.first + begin * w.rows.stride;
  Band band{};
  band.lines = plan.joined ? 1 : count;
  band.pixels = plan.joined ? count * w.cols.outputs : w.cols.outputs;
  if (plan.layout == Layout::taps) {
    band.base = scratch;
    band.pixel = plan.pixel;
    band.tap_col = plan.pixel * band.pixels;
    band.tap_row = band.tap_col * w.cols.taps;
    for (int i = 0; i < w.rows.taps; ++i) {
      for (int j = 0; j < w.cols.taps; ++j) {
        for (int r = 0; r < count; ++r) {
          const int row = first_row + r * w.rows.stride + i * w.rows.step;
          const bool exists = row >= 0 && row < w.in_h;
          copy_row(w, exists ? x + row * in_row : nullptr, w.cols.first + j * w.cols.step, w.cols.outputs,
                   w.cols.stride, plan.pixel, scratch);
          scratch += w.cols.outputs * plan.pixel;
        }
      }
    }
    return band;
  }
  const bool copied = plan.layout == Layout::rows;
  const Index row_stride = copied ? plan.columns * plan.pixel : in_row;
  band.base = copied ? scratch : x + first_row * in_row + static_cast<Index>(w.cols.first) * w.in_c;
  band.line = w.rows.stride * row_stride;
  band.pixel = w.cols.stride * plan.pixel;
  band.tap_row = w.rows.step * row_stride;
  band.tap_col = w.cols.step * plan.pixel;
  if (copied) {
    const int input_rows = (count - 1) * w.rows.stride + (w.rows.taps - 1) * w.rows.step + 1;
    for (int r = 0; r < input_rows; ++r) {
      const int row = first_row + r;
      const bool exists = row >= 0 && row < w.in_h;
      copy_row(w, exists ? x + row * in_row : nullptr, w.cols.first, plan.columns, 1, plan.pixel,
               scratch + r * row_stride);
    }
  }
  return band;
}

/// Where segment s starts, relative to a pixel of the band.
HWY_INLINE Index segment_offset(const Walk& w, const BandPlan& plan, const Band& band, int s) {
  if (plan.whole_rows) return s * band.tap_row;
  return s / w.cols.taps * band.tap_row + s % w.cols.taps * band.tap_col;
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
