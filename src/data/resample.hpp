// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "data/geometry.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/model.hpp"

namespace fpcpu {

/// An image ready to be sampled for one input size. Images much larger than the network's input are averaged in whole
/// blocks first: what remains is 1.25 to 2.5 times the input, enough for any augmentation and small enough to keep.
struct Source {
  Image image;    // after the block average
  int width = 0;  // of the original
  int height = 0;
  int factor_x = 1;  // block size; the last block of a row or column may be cut
  int factor_y = 1;

  /// From pixels of the original image to pixels of `image`.
  [[nodiscard]] Map2D from_original() const noexcept {
    return {{1.0 / factor_x, 0, 0.5 / factor_x - 0.5, 0, 1.0 / factor_y, 0.5 / factor_y - 0.5, 0, 0, 1}};
  }
};

/// Takes the image over. @throws Error{format} if it has no pixels.
[[nodiscard]] Source make_source(Image image, Shape input);

/// Block average by whole factors, rounded to 8 bits.
[[nodiscard]] Image shrink(const Image& image, int factor_x, int factor_y);

/// Reused memory of `warp`.
struct ResampleScratch {
  std::vector<std::uint64_t> packed;  // the source, see resample.cpp
  std::vector<std::int32_t> sites;    // per sample of a row: x and y in fixed point
  std::vector<float> row;             // mean and 1/deviation, repeated over a row
};

/// One value for each 8-bit value.
using ToneCurve = std::array<std::uint8_t, 256>;

/// How the values of an image lie in memory: channel by channel of a pixel (H,W,C) or plane by plane (C,H,W).
enum class Layout { interleaved, planar };

/// Resamples: dst(u,v) = image(dst_to_src(u,v)), `size.h` x `size.w` x `size.c` floats 0..255 in the order of `layout`,
/// gray repeated to three channels or colour weighted to one (luma), border replicated. Where the image shrinks by more
/// than 1.25 each output pixel is the mean of 2x2 bilinear samples. Positions are rounded to 1/32 (x) and 1/64 (y) of a
/// source pixel and the sums are integers, so the result is the same on every machine.
/// @param tone  applied to each source value, may be null
void warp(const Image& image, const Map2D& dst_to_src, Shape size, const ToneCurve* tone, ResampleScratch& scratch,
          float* dst, Layout layout = Layout::interleaved);

/// In place: value -> (clamp(value, 0, 255) - mean) / deviation per channel.
void normalise(const Preprocessing& preprocessing, ResampleScratch& scratch, float* pixels);
/// The same from C,H,W into H,W,C; the same bits.
void normalise_planes(const Preprocessing& preprocessing, const float* planes, float* pixels);

/// The network's input for a whole image, exactly as in training without augmentation.
/// @param dst  preprocessing.input.size() floats, H,W,C
void prepare_image(const Image& image, const Preprocessing& preprocessing, float* dst);
/// The same with the block average done and memory reused.
void prepare_source(const Source& source, const Preprocessing& preprocessing, ResampleScratch& scratch, float* dst);

}  // namespace fpcpu
