// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <variant>

#include "core/rng.hpp"
#include "data/resample.hpp"

namespace fpcpu {

struct Mirroring;
struct Move;
struct Recolouring;
struct Pixels;

/// A number that decides what an augmentation does: the option --aug-NAME, the key aug_NAME of config.toml.
struct AugmentRange {
  std::string_view name;   // "rotation-chance"
  std::string_view value;  // what stands for the value in --help
  std::string_view help;
  float limit = 1;  // the value is from 0 to this
  // In the presets:
  float none = 0;
  float basic = 0;
  float full = 0;
  bool is_chance = false;
};

/// The chance of an augmentation beside its range; the same in all presets, where it has no effect while the range is
/// 0.
[[nodiscard]] constexpr AugmentRange chance_range(std::string_view name, std::string_view help, float usual) noexcept {
  return {
      .name = name, .value = "CHANCE", .help = help, .none = usual, .basic = usual, .full = usual, .is_chance = true};
}

/// The values of an augmentation's ranges, in their order.
using AugmentValues = std::span<const float>;

/// What an augmentation does, by the stage of a sample's life that it changes:
///   Mirroring    whether left and right are exchanged, before
///   Move         one map of all changes of geometry, with which the sample is resampled; the bytes pass through a
///   ToneCurve    as they are read; then all colours change together by a
///   Recolouring  and what else happens to the picture changes its
///   Pixels       one after the other.
using AugmentEffect = std::variant<void (*)(AugmentValues, Rng&, Mirroring&), void (*)(AugmentValues, Rng&, Move&),
                                   void (*)(AugmentValues, Rng&, ToneCurve&),
                                   void (*)(AugmentValues, Rng&, Recolouring&), void (*)(AugmentValues, Rng&, Pixels&)>;

/// What becomes of an augmentation's first range in the calm end of a run.
enum class Calm { same, half, off };

/// One kind of change of training images.
struct Augmentation {
  std::string_view name;
  /// It is on while the first is above 0. If one of them is a chance, it is drawn for every face whether it happens.
  std::span<const AugmentRange> ranges;
  AugmentEffect effect;
  Calm calm = Calm::same;
  bool needs_colour = false;               // without effect on images of one channel
  std::string_view title = name;           // in the sheet of `fpcpu augment`, before the values
  std::string_view unit = {};              // behind them
  void (*check)(AugmentValues) = nullptr;  // throws Error{usage} where values contradict each other
  std::size_t first = 0;                   // place of its first range among those of all; the registry counts
};

/// Whether it can happen at all.
[[nodiscard]] inline bool is_on(const Augmentation& augmentation, AugmentValues values) noexcept {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if ((i == 0 || augmentation.ranges[i].is_chance) && values[i] <= 0) return false;
  }
  return true;
}

}  // namespace fpcpu
