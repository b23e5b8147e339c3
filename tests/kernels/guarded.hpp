// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "core/arena.hpp"
#include "core/rng.hpp"
#include "kernels/table.hpp"

#if defined(FPCPU_HAS_avx512_amx_emulated)
namespace fpcpu::kernels::avx512_amx_emulated {
const KernelTable<float>& table() noexcept;
}
#endif

/// Memory for tests of kernels: canaries on both sides, misaligned on purpose unless it is scratch.
namespace fpcpu::testing {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <class T>
class Guarded {
 public:
  /// `misalign` elements past a 64-byte boundary.
  explicit Guarded(std::size_t size, std::size_t misalign = 1)
      : memory_(kGuard + misalign + size + kGuard), first_(kGuard + misalign), size_(size) {
    std::fill(memory_.begin(), memory_.end(), canary());
  }
  [[nodiscard]] T* data() const noexcept { return memory_.data() + first_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) const noexcept { return data()[i]; }
  [[nodiscard]] bool intact() const noexcept {
    const auto is_canary = [](T v) { return v == canary(); };
    return std::all_of(memory_.begin(), data(), is_canary) && std::all_of(data() + size_, memory_.end(), is_canary);
  }

 private:
  static constexpr std::size_t kGuard = 64;
  [[nodiscard]] static T canary() noexcept {
    if constexpr (std::is_arithmetic_v<T>) {
      return static_cast<T>(113);
    } else {
      return T{113};
    }
  }
  AlignedBuffer<T> memory_;
  std::size_t first_, size_;
};

/// Scratch: aligned, garbage at entry.
[[nodiscard]] inline Guarded<float> scratch_of(std::size_t size) {
  Guarded<float> scratch(size, 0);
  std::fill_n(scratch.data(), size, kNan);
  return scratch;
}

[[nodiscard]] inline Guarded<float> filled(std::size_t size, float value) {
  Guarded<float> buffer(size);
  std::fill_n(buffer.data(), size, value);
  return buffer;
}

[[nodiscard]] inline Guarded<float> copy_of(const std::vector<float>& values) {
  Guarded<float> buffer(values.size());
  std::copy(values.begin(), values.end(), buffer.data());
  return buffer;
}

/// Numbers in [-1, 1).
[[nodiscard]] inline std::vector<float> random_values(std::size_t size, std::uint64_t stream) {
  Rng rng(7, RandomUse::init, stream);
  std::vector<float> values(size);
  for (float& v : values) v = rng.uniform(-1.0F, 1.0F);
  return values;
}

/// Multiples of 1/8 in [-4, 4): scaled by powers of two they are exact, so that kinks and ties are decided alike.
[[nodiscard]] inline std::vector<float> coarse_values(std::size_t size, std::uint64_t stream) {
  Rng rng(8, RandomUse::init, stream);
  std::vector<float> values(size);
  for (float& v : values) v = static_cast<float>(rng.below(64)) / 8.0F - 4.0F;
  return values;
}

[[nodiscard]] inline std::vector<double> widened(const std::vector<float>& values, bool absolute = false) {
  std::vector<double> wide(values.begin(), values.end());
  if (absolute) {
    for (double& v : wide) v = std::abs(v);
  }
  return wide;
}

/// Largest |got - want| / allowed, infinity if something is NaN. `magnitude` is the sum of the absolute values of the
/// terms of each sum of `length` terms; an error of eps * (4 + sqrt(length)) of it is allowed.
template <class Got>
[[nodiscard]] double worst_error(const Got& got, const std::vector<double>& want, const std::vector<double>& magnitude,
                                 double length = 1.0) {
  const double eps = std::numeric_limits<float>::epsilon() * (4.0 + std::sqrt(length));
  double worst = 0.0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double error = std::abs(static_cast<double>(got[i]) - want[i]) / (eps * magnitude[i] + 1e-30);
    worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
  }
  return worst;
}

/// For results without cancellation: an error relative to the value itself, of numbers of size 1 and more or less.
template <class Got>
[[nodiscard]] double worst_error(const Got& got, const std::vector<double>& want) {
  std::vector<double> magnitude(want.size());
  std::transform(want.begin(), want.end(), magnitude.begin(), [](double v) { return 1.0 + std::abs(v); });
  return worst_error(got, want, magnitude);
}

/// |got - want| / |want|, infinity if something is NaN.
template <class Got>
[[nodiscard]] double relative_norm(const Got& got, const std::vector<double>& want) {
  double difference = 0.0;
  double square = 1e-30;
  for (std::size_t i = 0; i < want.size(); ++i) {
    difference += std::pow(static_cast<double>(got[i]) - want[i], 2);
    square += want[i] * want[i];
  }
  return std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::sqrt(difference / square);
}

[[nodiscard]] inline std::vector<Isa> isas() {
  const kernels::IsaList list = kernels::available_isas();
  return {list.items, list.items + list.count};
}

/// Every table that can run here, those for bf16 included, and the one for AMX with its instructions in C++.
[[nodiscard]] inline std::vector<const kernels::KernelTable<float>*> tables() {
  std::vector<const kernels::KernelTable<float>*> all;
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    for (const Isa isa : isas()) {
      if (kernels::has_table(isa, precision)) all.push_back(&kernels::float_table(isa, precision));
    }
  }
#if defined(FPCPU_HAS_avx512_amx_emulated)
  if (cpu_supports(Isa::avx512, Precision::bf16)) all.push_back(&kernels::avx512_amx_emulated::table());
#endif
  return all;
}

[[nodiscard]] inline std::string text(const kernels::ConvShape& s) {
  return std::to_string(s.h) + "x" + std::to_string(s.w) + "x" + std::to_string(s.c) + " -> " + std::to_string(s.oh) +
         "x" + std::to_string(s.ow) + "x" + std::to_string(s.k) + " kernel " + std::to_string(s.kh) + "x" +
         std::to_string(s.kw) + " stride " + std::to_string(s.stride) + " pad " + std::to_string(s.pad_h) + "," +
         std::to_string(s.pad_w) + " dilation " + std::to_string(s.dilation) + " groups " + std::to_string(s.groups) +
         " images " + std::to_string(s.n) + " algorithm " + std::to_string(static_cast<int>(s.algorithm));
}

[[nodiscard]] inline std::string text(const kernels::PoolShape& s) {
  return std::to_string(s.h) + "x" + std::to_string(s.w) + "x" + std::to_string(s.c) + " -> " + std::to_string(s.oh) +
         "x" + std::to_string(s.ow) + " window " + std::to_string(s.window) + " stride " + std::to_string(s.stride) +
         " pad " + std::to_string(s.pad);
}

struct ConvCase {
  int h, w, c, k, kh, kw, stride, pad_h, pad_w, dilation, groups;
  int n = 1;
};

/// Fills in the output size; `oh` is 0 if the kernel does not fit.
[[nodiscard]] inline kernels::ConvShape conv_shape(const ConvCase& a) {
  kernels::ConvShape s;
  s.h = a.h, s.w = a.w, s.c = a.c, s.k = a.k, s.kh = a.kh, s.kw = a.kw, s.stride = a.stride;
  s.pad_h = a.pad_h, s.pad_w = a.pad_w, s.dilation = a.dilation, s.groups = a.groups;
  s.n = a.n;
  const int rest_h = a.h + 2 * a.pad_h - a.dilation * (a.kh - 1) - 1;
  const int rest_w = a.w + 2 * a.pad_w - a.dilation * (a.kw - 1) - 1;
  if (rest_h < 0 || rest_w < 0) return s;
  s.oh = rest_h / a.stride + 1;
  s.ow = rest_w / a.stride + 1;
  return s;
}

}  // namespace fpcpu::testing
