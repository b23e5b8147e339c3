// SPDX-License-Identifier: MIT
#include "options/augmentation.hpp"

#include <string>

#include "core/number_text.hpp"
#include "data/augments/registry.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

AugmentOptions preset_with_ranges(const TrainOptions& options) {
  AugmentOptions result = augment_preset(options.augment);
  for (const auto& [range, value] : options.augment_ranges) result[range] = value;
  return result;
}

bool is_calming(const AugmentOptions& options) { return calmed(options) != options; }

void check_limits(const TrainOptions& options) {
  for (const AugmentRange& range : augment_ranges()) {
    const auto given = options.augment_ranges.find(std::string(range.name));
    if (given == options.augment_ranges.end() || (given->second >= 0 && given->second <= range.limit)) continue;
    throw Error(ErrorCode::usage, "--aug-" + given->first + " " + exact_text(given->second) +
                                      ": expected a number from 0 to " + exact_text(range.limit) + ".");
  }
}

/// What was given for an augmentation that is off.
void check_effect(const Augmentation& augmentation, const TrainOptions& options) {
  const std::string first(augmentation.ranges.front().name);
  for (const AugmentRange& range : augmentation.ranges.subspan(1)) {
    const std::string name(range.name);
    if (!options.augment_ranges.contains(name)) continue;
    throw Error(ErrorCode::usage, "--aug-" + name + " has no effect: --aug-" + first + " is 0 in the preset '" +
                                      options.augment + "'. Give --aug-" + first + " too.");
  }
}

}  // namespace

AugmentOptions augment_options(const TrainOptions& options, int channels) {
  AugmentOptions result = preset_with_ranges(options);
  for (const Augmentation& a : augmentations()) {
    if (channels == 1 && a.needs_colour) result.of(a).front() = 0;
  }
  return result;
}

void resolve_augmentation(TrainOptions& options, int channels) {
  check_augmentation(options, channels);
  AugmentOptions resolved = augment_options(options, channels);
  if (!is_calming(resolved)) resolved["calm"] = 0;
  options.augment_ranges.clear();
  for (const AugmentRange& range : augment_ranges()) {
    options.augment_ranges[std::string(range.name)] = resolved[range.name];
  }
  for (const Augmentation& a : augmentations()) {
    if (resolved.of(a).front() > 0) continue;
    for (const AugmentRange& range : a.ranges.subspan(1)) options.augment_ranges.erase(std::string(range.name));
  }
}

void check_augmentation(const TrainOptions& options, int channels) {
  const AugmentOptions all = preset_with_ranges(options);
  check_limits(options);
  for (const Augmentation& a : augmentations()) {
    if (all.of(a).front() <= 0) check_effect(a, options);
    if (a.check != nullptr) a.check(all.of(a));
  }
  const auto given = [&](std::string_view range) {
    const auto found = options.augment_ranges.find(std::string(range));
    return found == options.augment_ranges.end() ? 0.0F : found->second;
  };
  if (given("calm") > 0 && !is_calming(all)) {
    throw Error(ErrorCode::usage, "--aug-calm has no effect: no change of light, colour or sharpness is on.");
  }
  for (const Augmentation& a : augmentations()) {
    const std::string_view first = a.ranges.front().name;
    if (channels == 1 && a.needs_colour && given(first) > 0) {
      throw Error(ErrorCode::usage,
                  "--aug-" + std::string(first) + " has no effect on an input of one channel; leave it out.");
    }
  }
}

}  // namespace fpcpu
