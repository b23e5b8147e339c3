// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/chunk.hpp"

/// Windows of a pooling layer: maximum over them, and the way back of a gradient through them.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

/// Positions of a window that lie inside of the input: [begin, end) along one axis.
struct Span {
  int begin, end;
};
HWY_INLINE Span window_inside(const PoolShape& s, int out, int size) {
  const int first = out * s.stride - s.pad;
  return {max_int(0, -first), min_int(s.window, size - first)};
}
/// Outputs along one axis whose window covers input `in`: [begin, end).
HWY_INLINE Span windows_over(const PoolShape& s, int in, int outputs) {
  const int last = in + s.pad;
  const int first = last - s.window + 1;
  return {first > 0 ? ceil_div(first, s.stride) : 0, min_int(outputs, last / s.stride + 1)};
}

/// Windows of 2x2 that tile the input: no overlap, no border; an odd last row or column is in no window.
HWY_INLINE bool tiles_by_two(const PoolShape& s) {
  return s.window == 2 && s.stride == 2 && s.pad == 0 && 2 * s.oh <= s.h && 2 * s.ow <= s.w;
}

/// y = max over windows of value(x), argmax = i * window + j of the first maximum in row-major order. `value.at(c,
/// chunk)` gives the function of the channels that start at c.
template <class Value, class X>
HWY_INLINE void max_over_windows(const PoolShape& s, const Value& value, const X* x, float* y, std::uint8_t* argmax) {
  const int channels = s.c;
  const Index row = static_cast<Index>(s.w) * channels;
  const Index step = static_cast<Index>(s.stride) * channels;
  const bool tiled = tiles_by_two(s);
  for (int oh = 0; oh < s.oh; ++oh) {
    const Span vertical = window_inside(s, oh, s.h);
    const X* x_row = x + (oh * s.stride - s.pad) * row;
    for_runs(s.ow, [&](int begin, int end) FPCPU_INLINE {
      for_chunks(channels, [&](int c, auto chunk) FPCPU_INLINE {
        const auto function = value.at(c, chunk);
        Index out = (static_cast<Index>(oh) * s.ow + begin) * channels + c;
        const X* window = x_row + static_cast<Index>(begin * s.stride - s.pad) * channels + c;
        for (int ow = begin; ow < end; ++ow, out += channels, window += step) {
          V best = hn::Zero(d);
          VIndex index = hn::Zero(DIndex());
          const auto offer = [&](V v, int position) FPCPU_INLINE {
            const auto better = hn::Gt(v, best);
            best = hn::IfThenElse(better, v, best);
            index = hn::IfThenElse(hn::RebindMask(DIndex(), better), hn::Set(DIndex(), position), index);
          };
          if (tiled) {
            best = function(chunk.load(window));
            offer(function(chunk.load(window + channels)), 1);
            offer(function(chunk.load(window + row)), 2);
            offer(function(chunk.load(window + row + channels)), 3);
          } else {
            const Span horizontal = window_inside(s, ow, s.w);
            bool first = true;
            for (int i = vertical.begin; i < vertical.end; ++i) {
              for (int j = horizontal.begin; j < horizontal.end; ++j) {
                const V v = function(chunk.load(window + i * row + static_cast<Index>(j) * channels));
                if (first) {
                  best = v;
                  index = hn::Set(DIndex(), i * s.window + j);
                  first = false;
                } else {
                  offer(v, i * s.window + j);
                }
              }
            }
          }
          chunk.store(best, y + out);
          if (argmax != nullptr) chunk.store_bytes(index, argmax + out);
        }
      });
    });
  }
}

/// Tells the sink that some pixels get no gradient, if it wants to know.
template <class Sink>
HWY_INLINE void route_nothing(int channels, Index first_pixel, int pixels, const Sink& sink) {
  if constexpr (Sink::kNeedsZeros) {
    for_chunks(channels, [&](int c, auto chunk) FPCPU_INLINE {
      auto part = sink.at(c, chunk);
      for (int p = 0; p < pixels; ++p) part((first_pixel + p) * channels + c, hn::Zero(d));
      part.finish();
    });
  }
}

/// Without a pool every pixel gets the gradient of its own output.
template <class Sink, class Gradient>
HWY_INLINE void route_unpooled(const PoolShape& s, const Gradient* dy, const Sink& sink) {
  for_runs<Sink::kRunLength>(s.h * s.w, [&](int begin, int end) FPCPU_INLINE {
    for_chunks(s.c, [&](int c, auto chunk) FPCPU_INLINE {
      auto part = sink.at(c, chunk);
      Index i = static_cast<Index>(begin) * s.c + c;
      for (int p = begin; p < end; ++p, i += s.c) part(i, chunk.load(dy + i));
      part.finish();
    });
  });
}

/// Through tiles of 2x2 (tiles_by_two): every gradient is read once.
template <class Sink, class Gradient>
HWY_INLINE void route_by_two(const PoolShape& s, const Gradient* dy, const std::uint8_t* argmax, const Sink& sink) {
  const int channels = s.c;
  const Index row = static_cast<Index>(s.w) * channels;
  for (int oh = 0; oh < s.oh; ++oh) {
    for_runs<Sink::kRunLength>(s.ow, [&](int begin, int end) FPCPU_INLINE {
      for_chunks(channels, [&](int c, auto chunk) FPCPU_INLINE {
        auto part = sink.at(c, chunk);
        Index out = (static_cast<Index>(oh) * s.ow + begin) * channels + c;
        Index in = 2 * oh * row + 2 * static_cast<Index>(begin) * channels + c;
        for (int ow = begin; ow < end; ++ow, out += channels, in += 2 * channels) {
          const V g = chunk.load(dy + out);
          const VIndex winner = chunk.load_bytes(argmax + out);
          const auto share = [&](int position) FPCPU_INLINE {
            return hn::IfThenElseZero(hn::RebindMask(d, hn::Eq(winner, hn::Set(DIndex(), position))), g);
          };
          part(in, share(0));
          part(in + channels, share(1));
          part(in + row, share(2));
          part(in + row + channels, share(3));
        }
        part.finish();
      });
    });
    for (int r = 2 * oh; r < 2 * oh + 2; ++r) {
      route_nothing(channels, static_cast<Index>(r) * s.w + 2 * s.ow, s.w - 2 * s.ow, sink);
    }
  }
  for (int r = 2 * s.oh; r < s.h; ++r) route_nothing(channels, static_cast<Index>(r) * s.w, s.w, sink);
}

/// Through windows that may overlap or leave gaps: every pixel asks all windows over it.
template <class Sink, class Gradient>
HWY_INLINE void route_by_windows(const PoolShape& s, const Gradient* dy, const std::uint8_t* argmax, const Sink& sink) {
  const int channels = s.c;
  const Index row = static_cast<Index>(s.w) * channels;
  for (int r = 0; r < s.h; ++r) {
    const Span vertical = windows_over(s, r, s.oh);
    for_runs<Sink::kRunLength>(s.w, [&](int begin, int end) FPCPU_INLINE {
      for_chunks(channels, [&](int c, auto chunk) FPCPU_INLINE {
        auto part = sink.at(c, chunk);
        for (int q = begin; q < end; ++q) {
          const Span horizontal = windows_over(s, q, s.ow);
          V sum = hn::Zero(d);
          for (int oh = vertical.begin; oh < vertical.end; ++oh) {
            for (int ow = horizontal.begin; ow < horizontal.end; ++ow) {
              const Index out = (static_cast<Index>(oh) * s.ow + ow) * channels + c;
              const int position = (r + s.pad - oh * s.stride) * s.window + q + s.pad - ow * s.stride;
              const auto won = hn::Eq(chunk.load_bytes(argmax + out), hn::Set(DIndex(), position));
              sum = hn::Add(sum, hn::IfThenElseZero(hn::RebindMask(d, won), chunk.load(dy + out)));
            }
          }
          part(r * row + static_cast<Index>(q) * channels + c, sum);
        }
        part.finish();
      });
    });
  }
}

/// Hands every input element the gradient it gets through the pool: with `auto part = sink.at(c, chunk)` for the
/// channels at c, calls part(index of the element, gradient) and, after a run of pixels, part.finish(). Elements that
/// get none are told so (gradient 0) if Sink::kNeedsZeros. Runs have Sink::kRunLength pixels. A gradient reaches its
/// element in ascending window order.
template <class Sink, class Gradient>
HWY_INLINE void route_gradient(const PoolShape& s, bool pooled, const Gradient* dy, const std::uint8_t* argmax,
                               const Sink& sink) {
  if (!pooled) {
    route_unpooled(s, dy, sink);
  } else if (tiles_by_two(s)) {
    route_by_two(s, dy, argmax, sink);
  } else {
    route_by_windows(s, dy, argmax, sink);
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
