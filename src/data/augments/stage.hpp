// SPDX-License-Identifier: MIT
#pragma once

#include "core/rng.hpp"
#include "data/augment_options.hpp"
#include "data/augments/registry.hpp"
#include "data/augments/sample_draws.hpp"

namespace fpcpu {

template <class Stage>
using StageEffect = void (*)(AugmentValues, Rng&, Stage&);

/// Whether any augmentation of this stage can happen.
template <class Stage>
[[nodiscard]] bool is_any_on(const AugmentOptions& options) {
  for (const Augmentation& a : augmentations()) {
    if (std::holds_alternative<StageEffect<Stage>>(a.effect) && is_on(a, options.of(a))) return true;
  }
  return false;
}

/// Draws whether an augmentation that is on happens to this face.
[[nodiscard]] inline bool happens(const Augmentation& augmentation, AugmentValues values, Rng& rng) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (augmentation.ranges[i].is_chance) return rng.chance(values[i]);
  }
  return true;
}

/// Lets the augmentations of a stage change it, in their order.
template <class Stage>
void augment_stage(const AugmentOptions& options, const SampleDraws& draws, Stage& stage, std::uint32_t attempt = 0) {
  for (const Augmentation& a : augmentations()) {
    const auto* effect = std::get_if<StageEffect<Stage>>(&a.effect);
    if (effect == nullptr || !is_on(a, options.of(a))) continue;
    Rng rng = draws.of(a.name, attempt);
    if (happens(a, options.of(a), rng)) (*effect)(options.of(a), rng, stage);
  }
}

}  // namespace fpcpu
