// SPDX-License-Identifier: MIT
// Convolution forward and its data gradient, 1x1 included: one loop, two ways to walk over memory.

#include "kernels/simd/channel_block.hpp"
#include "kernels/simd/conv_algorithms.hpp"
#include "kernels/simd/direct_band.hpp"
#include "kernels/simd/kernels.hpp"
#if FPCPU_AMX
#include "kernels/simd/amx_tile.hpp"
#else
#include "kernels/simd/tile.hpp"
#endif

namespace fpcpu::kernels::FPCPU_ISA_NAME::direct {

namespace {

// A panel of weights is used in blocks of this depth, which stay in the second-level cache for all pixels of a band.
constexpr int kDepthBlock = 1024;
constexpr int kMaxPieces = 64;
constexpr int kMaxBandPixels = 1024;

#if FPCPU_AMX
HWY_INLINE int short_line(const Walk& w) { return amx_short_line(w); }
#else
HWY_INLINE int short_line(const Walk&) { return kTileRows<2> / 2 + 1; }
#endif

HWY_INLINE BandPlan plan_outputs(const Walk& w) {
  return plan_band(w, Members::channels, short_line(w), kMaxBandPixels);
}

HWY_INLINE bool has_work(const Walk& w) { return w.rows.outputs > 0 && w.cols.outputs > 0; }
HWY_INLINE bool has_taps(const Walk& w) { return w.rows.taps > 0 && w.cols.taps > 0; }

/// Words of the sum of one output.
HWY_INLINE int depth_of(const BandPlan& plan) { return plan.segments * whole_steps(plan.segment_length); }
HWY_INLINE int padded_outputs(const Walk& w) { return ceil_div(w.group_out, kLanes) * kLanes; }
HWY_INLINE Index packed_elements(const Walk& w) {
  return has_taps(w) ? static_cast<Index>(w.groups) * depth_of(plan_outputs(w)) * padded_outputs(w) : 0;
}

/// Panels [group][panel][segment][word][panel width] with the segments of the band's plan, filled up with zeros; the
/// last panel may be one vector wide. The innermost channels of w are those that are read (`turned`: the data gradient)
/// or written.
void pack_walk(const Walk& w, const ConvShape& s, bool turned, const float* HWY_RESTRICT weights,
               float* HWY_RESTRICT packed) {
  if (!has_taps(w)) return;
  const Index in_stride = turned ? 1 : s.k;
  const Index out_stride = turned ? s.k : 1;
  ChannelBlock blocks[kPanel / kLanes];
  const BandPlan plan = plan_outputs(w);
  const int missing = whole_steps(plan.segment_length) - plan.segment_length;
  for (int g = 0; g < w.groups; ++g) {
    for (int n0 = 0; n0 < w.group_out; n0 += kPanel) {
      const int count = min_int(kPanel, w.group_out - n0);
      const int width = count > kLanes ? kPanel : kLanes;
      for (int i = 0; i < w.rows.taps; ++i) {
        for (int j = 0; j < w.cols.taps; ++j) {
          const int tap = (w.rows.tap_first + i * w.rows.tap_step) * s.kw + w.cols.tap_first + j * w.cols.tap_step;
          const float* from =
              weights + static_cast<Index>(tap) * (s.c / s.groups) * s.k + g * (s.k / s.groups) + n0 * out_stride;
          for (int c = 0; c < w.group_in; ++c) {
            for (int n = 0; n < width; n += kLanes) {
              const float* p = from + c * in_stride + n * out_stride;
              ChannelBlock& block = blocks[n / kLanes];
              if (turned && c % kLanes == 0) block.load(p, out_stride, w.group_in - c, count - n);
              store_member(turned ? block.at(c % kLanes) : load_some(p, count - n), packed + n, c);
            }
            if (c % kPerWord == kPerWord - 1) packed += width;
          }
          if (w.group_in % kPerWord != 0) {
            for (int n = 0; n < width; n += kLanes) finish_word(packed + n);
            packed += width;
          }
          if (plan.whole_rows && j < w.cols.taps - 1) continue;
          zero_floats(packed, missing * width);
          packed += missing * width;
        }
      }
    }
  }
}

/// Where a walk writes: output (row, column) is at base + row * line + column * pixel.
struct Target {
  float* base;
  Index line, pixel;
};

struct Epilogue {
  const float* bias;
  bool add;
  float floor, cap;
  int channel_begin, channel_end;  // of the result, in each group
};

void run_band(const Walk& w, const BandPlan& plan, const Band& band, const float* packed, const Epilogue& epilogue,
              const Target& target, float* y) {
  const int depth = depth_of(plan);
  const int block = whole_steps(ceil_div(depth, ceil_div(depth, kDepthBlock)));
  const int segment_length = whole_steps(plan.segment_length);
  const Lines lines{band.lines, band.pixels, band.line, target.line};
  Piece pieces[kMaxPieces];
  [[maybe_unused]] const TileSession session;
  for (int g = 0; g < w.groups; ++g) {
    const float* weights = packed + static_cast<Index>(g) * depth * padded_outputs(w);
    for (int begin = 0, end = 0; begin < depth; begin = end) {
      int count = 0;
      while (end < depth && end - begin < block && count < kMaxPieces) {
        const int segment = end / segment_length;
        const int inside = end % segment_length;
        const int length = min_int(segment_length - inside, block - (end - begin));
        pieces[count++] = {segment_offset(w, plan, band, segment) + inside, length};
        end += length;
      }
      TileJob job{};
      job.pieces = pieces;
      job.count = count;
      job.a_stride = band.pixel;
      job.y_stride = target.pixel;
      job.add = epilogue.add || begin > 0;
      job.floor = end == depth ? epilogue.floor : -kInfinity;
      job.cap = end == depth ? epilogue.cap : kInfinity;
      for (int n = epilogue.channel_begin; n < epilogue.channel_end; n += kPanel) {
        const int channel = g * w.group_out + n;
        job.columns = min_int(kPanel, epilogue.channel_end - n);
        job.bias = epilogue.bias != nullptr && end == depth ? epilogue.bias + channel : nullptr;
        const int width = job.columns > kLanes ? kPanel : kLanes;
        job.b = weights + static_cast<Index>(n) * depth + static_cast<Index>(begin) * width;
        const float* a = band.base + static_cast<Index>(g) * plan.group_words;
        if (width == kPanel) {
          run_lines<2>(job, lines, a, y + channel);
        } else {
          run_lines<1>(job, lines, a, y + channel);
        }
      }
    }
  }
}

HWY_INLINE Index scratch_elements(const Walk& w) {
  return has_work(w) && has_taps(w) ? band_elements(w, plan_outputs(w)) : 0;
}

template <class Body>
HWY_INLINE void for_each_phase(const ConvShape& s, const Body& body) {
  for (int i = 0; i < s.stride; ++i) {
    for (int j = 0; j < s.stride; ++j) body(backward_walk(s, i, j));
  }
}

}  // namespace

std::size_t packed_size(const ConvShape& s, ConvPass pass) noexcept {
  if (pass == ConvPass::forward) return static_cast<std::size_t>(packed_elements(forward_walk(s)));
  Index size = 0;
  for_each_phase(s, [&](const Walk& w) FPCPU_INLINE { size += packed_elements(w); });
  return static_cast<std::size_t>(size);
}

void pack(const ConvShape& s, ConvPass pass, const float* w, float* packed) noexcept {
  if (pass == ConvPass::forward) {
    pack_walk(forward_walk(s), s, false, w, packed);
    return;
  }
  for_each_phase(s, [&](const Walk& walk) FPCPU_INLINE {
    pack_walk(walk, s, true, w, packed);
    packed += packed_elements(walk);
  });
}

std::size_t scratch_size(const ConvShape& s, ConvPass pass) noexcept {
  if (pass == ConvPass::forward) return static_cast<std::size_t>(scratch_elements(forward_walk(s)));
  Index most = 0;
  for_each_phase(s, [&](const Walk& w) FPCPU_INLINE {
    const Index need = scratch_elements(w);
    if (need > most) most = need;
  });
  return static_cast<std::size_t>(most);
}

void forward(const ConvShape& s, const ConvForward<float>& a) noexcept {
  const Walk w = forward_walk(s);
  const BandPlan plan = plan_outputs(w);
  const Index y_row = static_cast<Index>(s.ow) * s.k;
  const Activation kind = a.activation.kind;
  const bool clamped = kind == Activation::relu || kind == Activation::relu6;
  const Epilogue epilogue{a.bias,
                          a.add,
                          clamped ? 0.0F : -kInfinity,
                          kind == Activation::relu6 ? 6.0F : kInfinity,
                          a.channels.begin,
                          end_of(a.channels, w.group_out)};
  const float* x = a.x;
  float* y = a.y;
  for (int image = 0; image < s.n; ++image, x += static_cast<Index>(s.h) * s.w * s.c) {
    for (int row = a.row_begin; row < a.row_end; row += plan.band_rows) {
      const int count = min_int(plan.band_rows, a.row_end - row);
      const Band band = prepare_band(w, plan, x, row, count, a.scratch);
      run_band(w, plan, band, a.packed, epilogue, {a.y, y_row, s.k}, y);
      if (kind != Activation::none && !clamped) {
        activation_forward(a.activation, y, y, static_cast<std::size_t>(count * y_row));
      }
      if (a.sums != nullptr) {
        const auto pixels = static_cast<std::size_t>(count) * static_cast<std::size_t>(s.ow);
        channel_sums(y, pixels, s.k, a.channels.begin, end_of(a.channels, s.k), a.sums);
      }
      y += count * y_row;
    }
  }
}

namespace {

void backward_image(const ConvShape& s, const ConvBackwardData<float>& a, const float* dy, float* dx) {
  const Index dx_row = static_cast<Index>(s.w) * s.c;
  const int begin = a.channels.begin;
  const int end = end_of(a.channels, s.c / s.groups);
  const Epilogue epilogue{nullptr, a.beta != 0.0F, -kInfinity, kInfinity, begin, end};
  const float* packed = a.packed;
  for_each_phase(s, [&](const Walk& w) FPCPU_INLINE {
    if (!has_work(w)) return;
    float* base = dx + w.rows.out_first * dx_row + static_cast<Index>(w.cols.out_first) * s.c;
    const Target target{base, w.rows.out_step * dx_row, static_cast<Index>(w.cols.out_step) * s.c};
    if (!has_taps(w)) {
      const int count = end_of(a.channels, s.c) - begin;
      for (int row = 0; a.beta == 0.0F && row < w.rows.outputs; ++row) {
        for (int q = 0; q < w.cols.outputs; ++q) {
          zero_floats(base + row * target.line + q * target.pixel + begin, count);
        }
      }
      return;
    }
    const BandPlan plan = plan_outputs(w);
    for (int row = 0; row < w.rows.outputs; row += plan.band_rows) {
      const int count = min_int(plan.band_rows, w.rows.outputs - row);
      const Band band = prepare_band(w, plan, dy, row, count, a.scratch);
      run_band(w, plan, band, packed, epilogue, target, base + row * target.line);
    }
    packed += packed_elements(w);
  });
}

}  // namespace

void backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept {
  for (Index image = 0; image < s.n; ++image) {
    backward_image(s, a, a.dy + image * s.oh * s.ow * s.k, a.dx + image * s.h * s.w * s.c);
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME::direct
