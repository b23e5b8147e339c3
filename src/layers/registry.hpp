// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "fpcpu/layers.hpp"
#include "layers/attributes.hpp"

/// What a file of a layer offers; registry.cpp lists them.
namespace fpcpu {

struct LayerRecipe {
  std::string_view kind;
  LayerPtr (*read)(AttributeReader& reader);
};

}  // namespace fpcpu
