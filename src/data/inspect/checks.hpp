#pragma once

#include <span>
#include <vector>

#include "data/inspect/finding.hpp"

/// The checks, each in a file of its own. They look at points and sizes; what else they read is said.
namespace fpcpu {

using JudgedSets = std::span<const JudgedSet>;

/// Points that all or many faces have at one value, such as 0,0: marks of points that are missing.
[[nodiscard]] std::vector<Finding> find_missing_marks(JudgedSets sets);

/// Coordinates in another unit than pixels of the image, or of another picture: parts of the image, percent, copies of
/// another size, x and y exchanged where that leaves the image. At most one per set.
[[nodiscard]] std::vector<Finding> find_wrong_frames(JudgedSets sets);

/// Points that no image of the training sets shows.
[[nodiscard]] std::vector<Finding> find_unseen_points(JudgedSets sets);

}  // namespace fpcpu
