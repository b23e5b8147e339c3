// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "heads/head.hpp"

/// What a file of a head or of a loss offers; registry.cpp lists them.
namespace fpcpu {

inline constexpr std::string_view kCoordinates = "coordinates";
inline constexpr std::string_view kHeatmaps = "heatmaps";

struct LossRecipe {
  std::string_view name;
  std::string_view options;  // with their usual values, as users write them
  std::string_view head;     // whose numbers it reads; empty: what it compares, check() says
  /// @param head  of that kind; null where it is not known
  LossPtr (*read)(AttributeReader& reader, const Head* head);
};

struct HeadRecipe {
  std::string_view kind;
  std::string_view layer;  // what model files call its last layer
  HeadPtr (*read)(AttributeReader& reader);
  std::vector<LossRecipe> losses = {};  // those that only make sense with it, if they stand in its file
};

}  // namespace fpcpu
