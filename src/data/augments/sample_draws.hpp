// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "core/rng.hpp"

namespace fpcpu {

/// Where the random numbers of one sample in one epoch come from. Each augmentation has a stream of its own, known by
/// its name, so that switching one off, adding one or changing their order leaves what the others draw as it was.
struct SampleDraws {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
  std::uint32_t sample = 0;

  /// @param attempt  at a geometry that keeps the points; what is drawn once is drawn at 0
  [[nodiscard]] Rng of(std::string_view augmentation, std::uint32_t attempt = 0) const noexcept {
    return {seed, RandomUse::augment, std::uint64_t{hash(augmentation)} << 32U | epoch,
            std::uint64_t{attempt} << 32U | sample};
  }

 private:
  /// FNV-1a. Source: Fowler, Noll, Vo, RFC 9923.
  [[nodiscard]] static std::uint32_t hash(std::string_view text) noexcept {
    std::uint32_t h = 0x811C9DC5U;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x01000193U;
    return h;
  }
};

}  // namespace fpcpu
