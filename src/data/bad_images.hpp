// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

/// An image that cannot be used: where its row stands and why.
struct BadImage {
  std::string place;
  Error error;
};

/// Calls `read`, which uses one image, and returns what is wrong with that image, if anything.
/// @throws Error{resource} that comes out of it: without memory the next image would fail as well.
template <class Read>
[[nodiscard]] std::optional<Error> fault_of_image(const Read& read) {
  try {
    read();
  } catch (const Error& e) {
    if (e.code() == ErrorCode::resource) throw;
    return e;
  }
  return std::nullopt;
}

/// All of them in one message, at most 20 by name. @param images of how many.
/// @throws Error of the first one's code.
[[noreturn]] void refuse_bad_images(const std::vector<BadImage>& bad, std::size_t images);

/// The images that cannot be decoded, of `most` at most, spread evenly. Rendered faces always can.
/// @param progress called with the number of images looked at and to look at.
[[nodiscard]] std::vector<BadImage> unreadable_images(
    const Dataset& data, std::size_t most = SIZE_MAX,
    const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace fpcpu
