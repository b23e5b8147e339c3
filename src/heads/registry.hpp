// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "heads/head.hpp"

/// What a file of a head or of a loss offers; registry.cpp lists them.
namespace fpcpu {

inline constexpr std::string_view kCoordinates = "coordinates";
inline constexpr std::string_view kHeatmaps = "heatmaps";

struct HeadRecipe {
  std::string_view kind;
  HeadPtr (*read)(AttributeReader& reader);
};

struct LossRecipe {
  std::string_view name;
  std::string_view options;  // with their usual values, as users write them
  std::string_view head;     // whose numbers it reads
  LossPtr (*read)(AttributeReader& reader, const Attributes& head);
};

}  // namespace fpcpu
