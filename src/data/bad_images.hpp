#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fpcpu/error.hpp"

namespace fpcpu {

/// An image that cannot be used: where its row stands and why.
struct BadImage {
  std::string place;
  Error error;
};

/// All of them in one message, at most 20 by name. @param images of how many.
/// @throws Error of the first one's code.
[[noreturn]] void refuse_bad_images(const std::vector<BadImage>& bad, std::size_t images);

}  // namespace fpcpu
