// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace fpcpu {

/// What a stream of random numbers is used for. Two uses never share numbers.
enum class RandomUse : std::uint32_t {
  init = 1,
  shuffle,
  augment,
  dropout,
  synth,
  split,
  folds,
  sweep,
  bootstrap,
  subset
};

/// Counter-based random numbers (Philox 4x32-10): number i of stream (seed, use, a, b) is a pure function of these, so
/// the order of loading, the number of threads and a resume cannot change them.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
class Rng {
 public:
  Rng(std::uint64_t seed, RandomUse use, std::uint64_t a = 0, std::uint64_t b = 0) noexcept
      : key_{static_cast<std::uint32_t>(seed) ^ (static_cast<std::uint32_t>(use) * 0x9E3779B9U),
             static_cast<std::uint32_t>(seed >> 32U) ^ static_cast<std::uint32_t>(b >> 16U)},
        counter_{0, static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(a >> 32U),
                 static_cast<std::uint32_t>(b)} {}

  /// 32 random bits.
  [[nodiscard]] std::uint32_t bits() noexcept {
    if (used_ == 4) {
      block_ = philox(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }
  /// In [0, 1), 24 bits.
  [[nodiscard]] float uniform() noexcept { return static_cast<float>(bits() >> 8U) * 0x1p-24F; }
  [[nodiscard]] float uniform(float low, float high) noexcept { return low + (high - low) * uniform(); }
  /// In [0, n); the bias of 2^-32 n is irrelevant here.
  [[nodiscard]] std::uint32_t below(std::uint32_t n) noexcept {
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(bits()) * n) >> 32U);
  }
  [[nodiscard]] bool chance(float p) noexcept { return uniform() < p; }
  /// Standard normal (Box-Muller).
  [[nodiscard]] float normal() noexcept {
    const double u = 1.0 - static_cast<double>(uniform());
    const double v = static_cast<double>(uniform());
    return static_cast<float>(std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586 * v));
  }

  using Block = std::array<std::uint32_t, 4>;
  using Key = std::array<std::uint32_t, 2>;

  [[nodiscard]] static Block philox(Block c, Key k) noexcept {
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p0 = static_cast<std::uint64_t>(0xD2511F53U) * c[0];
      const std::uint64_t p1 = static_cast<std::uint64_t>(0xCD9E8D57U) * c[2];
      c = {static_cast<std::uint32_t>(p1 >> 32U) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
           static_cast<std::uint32_t>(p0 >> 32U) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
      k[0] += 0x9E3779B9U;
      k[1] += 0xBB67AE85U;
    }
    return c;
  }

 private:
  Key key_;
  Block counter_;
  Block block_{};
  unsigned used_ = 4;
};

/// Puts the values into random order (Fisher, Yates).
template <class T>
void shuffle(std::span<T> values, Rng& rng) noexcept {
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[rng.below(static_cast<std::uint32_t>(i))]);
  }
}

}  // namespace fpcpu
