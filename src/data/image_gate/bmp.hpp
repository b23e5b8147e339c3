#pragma once

#include <string>

#include "data/image_gate/read_at.hpp"

namespace fpcpu::image_gate {

struct BmpHeader {
  int width = 0;
  int height = 0;
  bool top_down = false;  // rows stored top to bottom: a negative height in the file
};

/// @throws Error{format}
[[nodiscard]] BmpHeader read_bmp_header(const ReadAt& read, const std::string& name);

}  // namespace fpcpu::image_gate
