// SPDX-License-Identifier: MIT
#include "data/augments/registry.hpp"

#include <string>
#include <vector>

#include "core/word_list.hpp"

namespace fpcpu {

// One line for each: NAME stands for the function of that name in augments/NAME.cpp.
#define FPCPU_AUGMENTATIONS(NAME) \
  NAME(mirror)                    \
  NAME(crop)                      \
  NAME(perspective)               \
  NAME(scale)                     \
  NAME(rotation)                  \
  NAME(shift)                     \
  NAME(gamma)                     \
  NAME(contrast)                  \
  NAME(brightness)                \
  NAME(value)                     \
  NAME(gray)                      \
  NAME(saturation)                \
  NAME(hue)                       \
  NAME(occlusion)                 \
  NAME(blur)                      \
  NAME(noise)                     \
  NAME(jpeg)

namespace augments {
#define FPCPU_DECLARE(NAME) Augmentation NAME();
FPCPU_AUGMENTATIONS(FPCPU_DECLARE)
#undef FPCPU_DECLARE
}  // namespace augments

namespace {

/// "blur, noise and jpeg"
std::string names_of(std::span<const Augmentation> all, Calm calm) {
  std::vector<std::string_view> names;
  for (const Augmentation& a : all) {
    if (a.calm == calm) names.push_back(a.name);
  }
  return word_list(names, "and");
}

struct Registry {
  std::vector<Augmentation> augmentations;
  std::vector<AugmentRange> ranges;
  std::string calm_help;

  Registry() {
#define FPCPU_ENTRY(NAME) augments::NAME(),
    augmentations = {FPCPU_AUGMENTATIONS(FPCPU_ENTRY)};
#undef FPCPU_ENTRY
    for (Augmentation& a : augmentations) {
      a.first = ranges.size();
      ranges.insert(ranges.end(), a.ranges.begin(), a.ranges.end());
    }
    calm_help = "in this last part of the epochs " + names_of(augmentations, Calm::half) +
                " change half as much, and " + names_of(augmentations, Calm::off) + " are off";
    ranges.push_back({.name = "calm", .value = "PART", .help = calm_help, .full = 0.1F});
  }
};

const Registry& registry() {
  static const Registry all;
  return all;
}

}  // namespace

std::span<const Augmentation> augmentations() { return registry().augmentations; }

std::span<const AugmentRange> augment_ranges() { return registry().ranges; }

}  // namespace fpcpu
