// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "layers/conv_sizes.hpp"
#include "layers/pool_window.hpp"

namespace fpcpu {

/// The max pool that a convolution ends in, in inference. Rows of a band are pooled while they are still in the nearest
/// caches; but small images go through the convolution together, which then reads its weights once for all. With
/// padding the one shape of a pool fits the whole image only.
class ConvPool {
 public:
  /// @throws Error{usage} for options out of range. Window 0: none.
  ConvPool(std::string_view owner, const PoolOptions& o) : options_(checked_pool(owner, o)) {}

  [[nodiscard]] bool any() const noexcept { return options_.window > 0; }
  [[nodiscard]] const PoolOptions& options() const noexcept { return options_; }

  /// Rows of windows of one image.
  [[nodiscard]] int rows(const kernels::ConvShape& s) const noexcept { return shape(s).oh; }
  /// Scalars of such a row.
  [[nodiscard]] std::size_t row_size(const kernels::ConvShape& s) const noexcept {
    return static_cast<std::size_t>(shape(s).ow) * static_cast<std::size_t>(s.k);
  }
  /// True if all rows of all images are made together.
  [[nodiscard]] bool takes_whole_images(const kernels::ConvShape& s) const noexcept {
    return options_.padding > 0 || outputs(s) <= kWholeScalars;
  }
  /// Scalars that the convolution makes before they are pooled.
  [[nodiscard]] std::size_t scratch_size(const kernels::ConvShape& s) const noexcept {
    return takes_whole_images(s) ? static_cast<std::size_t>(s.n) * outputs(s)
                                 : static_cast<std::size_t>(band_rows(band_windows(s))) * row_outputs(s);
  }

  /// `convolve` of s.n images into `scratch`, pooled to f.y.
  template <class T, class Convolve>
  void whole_images(const kernels::KernelTable<T>& k, const kernels::ConvShape& s, kernels::ConvForward<T> f,
                    T* scratch, const Convolve& convolve) const noexcept {
    T* y = f.y;
    f.y = scratch;
    convolve(k, s, f);
    const kernels::PoolShape pool = shape(s);
    for (int i = 0; i < s.n; ++i) {
      k.max_pool_forward(pool, f.y + static_cast<std::size_t>(i) * outputs(s), y, nullptr);
      y += static_cast<std::size_t>(pool.oh) * row_size(s);
    }
  }

  /// Rows of windows [begin, end) of one image; f.y points at the first.
  template <class T, class Convolve>
  void some_rows(const kernels::KernelTable<T>& k, kernels::ConvShape s, kernels::ConvForward<T> f, int begin, int end,
                 T* scratch, const Convolve& convolve) const noexcept {
    kernels::PoolShape band = shape(s);
    const int step = takes_whole_images(s) ? end - begin : band_windows(s);
    T* y = f.y;
    f.y = scratch;
    s.n = 1;
    for (int p = begin; p < end; p += step) {
      band.oh = std::min(step, end - p);
      band.h = band_rows(band.oh);
      f.row_begin = p * options_.stride;
      f.row_end = f.row_begin + band.h;
      convolve(k, s, f);
      k.max_pool_forward(band, f.y, y, nullptr);
      y += static_cast<std::size_t>(band.oh) * row_size(s);
    }
  }

 private:
  static constexpr std::size_t kBandScalars = std::size_t{1} << 16U;
  static constexpr std::size_t kWholeScalars = std::size_t{1} << 18U;

  [[nodiscard]] kernels::PoolShape shape(const kernels::ConvShape& s) const noexcept {
    return pool_shape(options_, {s.oh, s.ow, s.k});
  }
  /// Rows of windows in a band; an even number where possible: Winograd makes rows by fours, and with stride 2 no tile
  /// is then made twice.
  [[nodiscard]] int band_windows(const kernels::ConvShape& s) const noexcept {
    const int rows = std::max(2 * options_.window, static_cast<int>(kBandScalars / row_outputs(s)));
    return std::min(shape(s).oh, std::max(1, ((rows - options_.window) / options_.stride + 1) / 2 * 2));
  }
  /// Convolution rows that so many rows of windows read.
  [[nodiscard]] int band_rows(int windows) const noexcept { return (windows - 1) * options_.stride + options_.window; }

  PoolOptions options_;
};

}  // namespace fpcpu
