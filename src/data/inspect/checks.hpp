// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
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

/// Points far from where the other faces of the set have them, and faces of another shape.
[[nodiscard]] std::vector<Finding> find_outliers(JudgedSets sets);

/// Sets whose faces lie on their sides, and sets whose points stand in another order than those of a set before, such
/// as left and right exchanged.
[[nodiscard]] std::vector<Finding> find_wrong_orders(JudgedSets sets);

/// The same picture twice, byte for byte. Reads the files that have the same number of bytes and size of picture.
[[nodiscard]] std::vector<Finding> find_doubles(JudgedSets sets);

/// Images that the camera marked as turned, and whether their points are those of the pictures as they are taken.
[[nodiscard]] std::vector<Finding> find_turned_images(JudgedSets sets);

/// Points that no image of the training sets shows.
[[nodiscard]] std::vector<Finding> find_unseen_points(JudgedSets sets);

/// Which points swap in a mirrored image, as a note, or why that cannot be told.
[[nodiscard]] std::vector<Finding> find_mirror_table(JudgedSets sets);

/// Images that cannot be decoded; decodes all. @param go_on  as for inspect_all()
[[nodiscard]] std::vector<Finding> find_unreadable_images(JudgedSets sets,
                                                          const std::function<bool(std::size_t, std::size_t)>& go_on);

}  // namespace fpcpu
