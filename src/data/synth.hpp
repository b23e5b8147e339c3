// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// `count` procedural faces with 14 points, rendered when asked for. Face i is a pure function of (seed, i, size).
/// The points (left = left side of the picture): brows outer, inner, inner, outer; eyes outer, centre, inner, inner,
/// centre, outer; nose tip; mouth left, centre, right.
/// @param size  side of the square images in pixels, 24 or more; 0 = mixed, 64 to 200, and some of them cut on one side
/// @throws Error{usage} for a size outside 24..1024 or a count below 1.
[[nodiscard]] DatasetPtr make_synth_dataset(std::size_t count, std::uint64_t seed, int size = 0);

/// Writes DIR/gt.csv and DIR/images/ with such faces, mostly JPEG, some PNG, some gray, in the layout of a user's own
/// data.
/// @throws Error{resource} if a file cannot be written, Error{usage} as above.
/// @param progress called with the number of faces written so far; may be empty.
void write_synth_folder(const std::filesystem::path& dir, std::size_t count, std::uint64_t seed, int size = 0,
                        const std::function<void(std::size_t)>& progress = {});

}  // namespace fpcpu
