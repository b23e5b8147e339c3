// SPDX-License-Identifier: MIT
// Weight gradient of the convolution by AMX. Pixels are what is summed over, so the rows of one factor must have pixels
// as neighbours. That is dy, turned around once for all positions of the filter: the rows of a tile of sums are output
// channels, its columns positions of the filter. The sums stay in scratch, tile by tile, until all bands are added.

#include "kernels/simd/amx_unit.hpp"
#include "kernels/simd/conv_algorithms.hpp"
#include "kernels/simd/transpose.hpp"
#include "kernels/simd/weight_bands.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME::direct {

namespace {

// What a pair of tiles reads of x and dy in a band shares the first-level cache.
constexpr int kMaxBandPixels = 512;
constexpr int kTile = amx::kRows * amx::kRowWords;
constexpr int kBlock = 2 * amx::kRows;  // output channels, and positions, of a block of tiles

HWY_INLINE BandPlan plan_weights(const Walk& w) {
  return plan_band(w, Members::places, amx_short_line(w), kMaxBandPixels);
}

/// The words of a band that are summed over, filled up with zeros. Line l begins l * period words behind the first.
struct Depth {
  int lines, words;
  int period;
};
HWY_INLINE Depth depth_of(const Band& band) {
  const int words = whole_steps(band.pixels);
  const Joined joined = join_lines(band.lines, band.pixels, band.line, band.pixel);
  if (joined.period > 0) return {1, whole_steps(static_cast<int>(joined.rows)), static_cast<int>(joined.period)};
  return {band.lines, words, words};
}

/// Tiles [step][tile of channels] of rows of pixels, from a panel of lines of channels.
template <int M>
void turn_panel(const Band& band, const Depth& depth, const float* HWY_RESTRICT panel, float* HWY_RESTRICT turned) {
  int line = 0;
  int word = 0;
  for (int step = 0; step < depth.lines * depth.words; step += kDepthStep, turned += M * kTile) {
    const float* from[kDepthStep];
    for (const float*& row : from) {
      const bool exists = line < band.lines && word < band.pixels;
      row = exists ? panel + (static_cast<Index>(line) * band.pixels + word) * M * kLanes : nullptr;
      if (++word == depth.period) word = 0, ++line;
    }
    unroll<M>([&](auto m) FPCPU_INLINE {
      constexpr int kM = decltype(m)::value;
      V rows[kLanes];
      unroll<kLanes>([&](auto i) FPCPU_INLINE {
        const float* row = from[decltype(i)::value];
        rows[decltype(i)::value] = row == nullptr ? hn::Zero(d) : hn::LoadU(d, row + kM * kLanes);
      });
      transpose(rows);
      unroll<kLanes>([&](auto i) FPCPU_INLINE {
        hn::StoreU(rows[decltype(i)::value], d, turned + kM * kTile + decltype(i)::value * kLanes);
      });
    });
  }
}

/// sums[m][n] (+)= sum over the words of a band of dy[m][word] * x[word][n].
template <int M, int N>
void add_block(const Band& band, const Depth& depth, const float* turned, const float* x, bool add, float* sums) {
  if (add) {
    load_sums<M, N>(sums);
  } else {
    zero_sums<M, N>();
  }
  const Index pixel = band.pixel;  // loads of tiles could change what is not a copy
  for (int line = 0; line < depth.lines; ++line) {
    const float* from = x + line * band.line;
    for (int word = depth.words; word > 0; word -= kDepthStep) {
      add_products<M, N>(turned, amx::kRowWords, from, pixel);
      turned += M * kTile;
      from += kDepthStep * pixel;
    }
  }
  store_sums<M, N>(sums);
}

/// Hands the sums of a block to dw, whose rows are positions of the filter.
template <int M, int N>
void hand_over(const float* sums, int outputs, int positions, bool add, float* dw, Index dw_stride) {
  unroll<M * N>([&](auto tile) FPCPU_INLINE {
    constexpr int kM = decltype(tile)::value / N * kLanes;
    constexpr int kN = decltype(tile)::value % N * kLanes;
    V rows[kLanes];
    unroll<kLanes>([&](auto i) FPCPU_INLINE {
      rows[decltype(i)::value] = hn::LoadU(d, sums + (kM + decltype(i)::value) * N * kLanes + kN);
    });
    transpose(rows);
    unroll<kLanes>([&](auto i) FPCPU_INLINE {
      constexpr int kRow = kN + decltype(i)::value;
      if (kRow < positions) add_part(rows[decltype(i)::value], dw + kRow * dw_stride + kM, outputs - kM, add);
    });
  });
}

/// body(tiles of output channels, tiles of positions, segment, first position, first output channel, sums) for the
/// blocks of output channels [begin, end) of a group, the first count compile-time constants. Returns the end of the
/// sums.
template <class Body>
HWY_INLINE float* for_each_block(const BandPlan& plan, int begin, int end, float* sums, const Body& body) {
  for (int segment = 0; segment < plan.segments; ++segment) {
    for (int n = 0; n < plan.segment_length; n += kBlock) {
      for (int m = begin; m < end; m += kBlock) {
        const bool two = plan.segment_length - n > amx::kRows;
        if (end - m > amx::kRows) {
          two ? body(Constant<2>{}, Constant<2>{}, segment, n, m, sums)
              : body(Constant<2>{}, Constant<1>{}, segment, n, m, sums);
          sums += (two ? 4 : 2) * kTile;
        } else {
          two ? body(Constant<1>{}, Constant<2>{}, segment, n, m, sums)
              : body(Constant<1>{}, Constant<1>{}, segment, n, m, sums);
          sums += (two ? 2 : 1) * kTile;
        }
      }
    }
  }
  return sums;
}

HWY_INLINE int padded_outputs(const Walk& w) { return ceil_div(w.group_out, kLanes) * kLanes; }

/// Scratch: the band of x, a panel of dy, all panels of a group turned, the sums of all groups.
struct Memory {
  Index panel, turned, sums, end;
};
HWY_INLINE Memory memory_of(const Walk& w, const BandPlan& plan) {
  const int lines = plan.joined ? 1 : plan.band_rows;
  const int pixels = line_steps(plan, plan.joined ? plan.band_rows * w.cols.outputs : w.cols.outputs);
  Memory m{};
  m.panel = (band_elements(w, plan) + kLanes - 1) / kLanes * kLanes;
  m.turned = m.panel + static_cast<Index>(lines) * pixels * kBlock;
  m.sums = m.turned + static_cast<Index>(lines) * whole_steps(pixels) * padded_outputs(w);
  m.end = m.sums + static_cast<Index>(w.groups) * plan.segments * ceil_div(plan.segment_length, kLanes) * kLanes *
                       padded_outputs(w);
  return m;
}

}  // namespace

std::size_t weights_scratch_size(const ConvShape& s) noexcept {
  const Walk w = forward_walk(s);
  return static_cast<std::size_t>(memory_of(w, plan_weights(w)).end);
}

void backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept {
  const Walk w = forward_walk(s);
  const BandPlan plan = plan_weights(w);
  const Memory memory = memory_of(w, plan);
  const int end = end_of(a.channels, w.group_out);
  float* panel = a.scratch + memory.panel;
  float* turned = a.scratch + memory.turned;
  bool first = true;
  for_each_band(s, a, w, plan, [&](const Band& band, const float* dy, int count, bool add) {
    const Depth depth = depth_of(band);
    const Index words = static_cast<Index>(depth.lines) * depth.words;
    const amx::Session session;
    float* sums = a.scratch + memory.sums;
    for (int g = 0; g < w.groups; ++g) {
      for (int m = a.channels.begin; m < end; m += kBlock) {
        const int channel = g * w.group_out + m;
        const int columns = min_int(kBlock, end - m);
        const int width = columns > kLanes ? kBlock : kLanes;
        pack_gradient(dy + channel, band.lines, count * s.ow / band.lines, s.k, columns, width, panel,
                      a.db == nullptr ? nullptr : a.db + channel, add);
        (width == kBlock ? turn_panel<2> : turn_panel<1>)(band, depth, panel, turned + m * words);
      }
      const float* x = band.base + static_cast<Index>(g) * plan.group_words;
      sums = for_each_block(plan, a.channels.begin, end, sums,
                            [&](auto tiles_m, auto tiles_n, int segment, int n, int m, float* block) FPCPU_INLINE {
                              add_block<decltype(tiles_m)::value, decltype(tiles_n)::value>(
                                  band, depth, turned + m * words, x + segment_offset(w, plan, band, segment) + n,
                                  !first, block);
                            });
    }
    first = false;
  });
  float* sums = a.scratch + memory.sums;
  for (int g = 0; g < w.groups; ++g) {
    sums = for_each_block(plan, a.channels.begin, end, sums,
                          [&](auto tiles_m, auto tiles_n, int segment, int n, int m, const float* block) FPCPU_INLINE {
                            const Index row = static_cast<Index>(segment) * plan.segment_length + n;
                            hand_over<decltype(tiles_m)::value, decltype(tiles_n)::value>(
                                block, end - m, plan.segment_length - n, a.beta != 0.0F,
                                a.dw + row * s.k + g * w.group_out + m, s.k);
                          });
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME::direct
