// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "data/image_gate/header.hpp"

namespace fpcpu::image_gate {

/// Size, channels and orientation (eXIf chunk) of a PNG. @throws Error{format}
[[nodiscard]] Header read_png_header(const ReadAt& read, const std::string& name);

}  // namespace fpcpu::image_gate
