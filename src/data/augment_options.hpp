// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "data/augments/augmentation.hpp"

namespace fpcpu {

/// What may happen to a training image: a value for every range of every augmentation. As it is made nothing happens.
class AugmentOptions {
 public:
  AugmentOptions();

  /// A range by its name, such as "rotation-chance". @throws Error{usage} naming the nearest.
  [[nodiscard]] float& operator[](std::string_view range);
  [[nodiscard]] float operator[](std::string_view range) const;

  /// Those of one augmentation.
  [[nodiscard]] AugmentValues of(const Augmentation& augmentation) const noexcept {
    return {values_.data() + augmentation.first, augmentation.ranges.size()};
  }
  [[nodiscard]] std::span<float> of(const Augmentation& augmentation) noexcept {
    return {values_.data() + augmentation.first, augmentation.ranges.size()};
  }

  friend bool operator==(const AugmentOptions&, const AugmentOptions&) = default;

 private:
  std::vector<float> values_;  // in the order of augment_ranges()
};

/// `none`, `basic` (geometry, brightness, contrast, gray) or `full` (everything).
/// @throws Error{usage} for another name.
[[nodiscard]] AugmentOptions augment_preset(std::string_view name);
[[nodiscard]] std::vector<std::string_view> augment_preset_names();

/// The same geometry with gentle pixels, for the end of a run: light and colour change half as much; gray, occlusion,
/// blur, noise and JPEG artefacts rest. What the network sees last is then what it will see in use.
[[nodiscard]] AugmentOptions calmed(AugmentOptions options);

/// Whether epoch `epoch` (from 0) of `epochs` belongs to the calm end: the last `calm` of them, whole epochs.
[[nodiscard]] bool is_calm_epoch(const AugmentOptions& options, int epoch, int epochs);

}  // namespace fpcpu
