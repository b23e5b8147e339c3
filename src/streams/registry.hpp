// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "layers/attributes.hpp"
#include "streams/target_stream.hpp"

/// What a file of a source of streams offers; registry.cpp lists them.
namespace fpcpu {

struct StreamSource {
  std::string_view name;
  TargetStream (*read)(AttributeReader& reader, const StreamContext& context);
  std::string_view file = {};  // its option that is a path, if it reads a file
};

[[nodiscard]] const std::vector<StreamSource>& all_stream_sources();

}  // namespace fpcpu
