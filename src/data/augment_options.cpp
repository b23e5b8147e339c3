// SPDX-License-Identifier: MIT
#include "data/augment_options.hpp"

#include <algorithm>
#include <string>

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "data/augments/registry.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

struct Preset {
  std::string_view name;
  float AugmentRange::*value;
};

constexpr Preset kPresets[] = {
    {"none", &AugmentRange::none}, {"basic", &AugmentRange::basic}, {"full", &AugmentRange::full}};

std::size_t place_of(std::string_view name) {
  const std::span<const AugmentRange> all = augment_ranges();
  const auto found = std::find_if(all.begin(), all.end(), [&](const AugmentRange& r) { return r.name == name; });
  if (found != all.end()) return static_cast<std::size_t>(found - all.begin());
  std::vector<std::string_view> names;
  for (const AugmentRange& r : all) names.push_back(r.name);
  throw Error(ErrorCode::usage,
              "no range of the augmentation is called '" + excerpt(name) + "'." + suggest(name, names));
}

}  // namespace

AugmentOptions::AugmentOptions() {
  for (const AugmentRange& range : augment_ranges()) values_.push_back(range.none);
}

float& AugmentOptions::operator[](std::string_view range) { return values_[place_of(range)]; }
float AugmentOptions::operator[](std::string_view range) const { return values_[place_of(range)]; }

std::vector<std::string_view> augment_preset_names() {
  std::vector<std::string_view> names;
  for (const Preset& preset : kPresets) names.push_back(preset.name);
  return names;
}

AugmentOptions augment_preset(std::string_view name) {
  for (const Preset& preset : kPresets) {
    if (preset.name != name) continue;
    AugmentOptions options;
    for (const AugmentRange& range : augment_ranges()) options[range.name] = range.*preset.value;
    return options;
  }
  throw Error(ErrorCode::usage,
              "no augmentation is called '" + std::string(name) + "'." + suggest(name, augment_preset_names()));
}

AugmentOptions calmed(AugmentOptions options) {
  for (const Augmentation& a : augmentations()) {
    float& strength = options.of(a).front();
    if (a.calm == Calm::half) strength *= 0.5F;
    if (a.calm == Calm::off) strength = 0;
  }
  return options;
}

bool is_calm_epoch(const AugmentOptions& options, int epoch, int epochs) {
  // A part such as 0.3 is a little less than that in binary; 3 of 10 epochs are meant all the same.
  const int calm = static_cast<int>(static_cast<double>(options["calm"]) * epochs + 1e-4);
  return epoch >= epochs - calm;
}

}  // namespace fpcpu
