// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// Points of one thing by the names of another.
struct PointMatch {
  std::vector<std::size_t> order;  // order[k] is the point of `given` that is point k of `wanted`
  bool by_number = false;          // one side only counts its points, or both count with names of their own
};

/// Case and what stands between words do not matter. Where only one side has names, or both only number theirs (p0, p1
/// and kp_1, kp_2), the points are taken by number.
/// @param what the two sides, for messages: "--val faces".
/// @throws Error{format} when the numbers of points differ, or the names, which are then shown.
[[nodiscard]] PointMatch match_points(const std::vector<std::string>& wanted, std::size_t wanted_points,
                                      const std::string& wanted_what, const std::vector<std::string>& given,
                                      std::size_t given_points, const std::string& given_what);

/// `data` with its points in the order of `names` and called so. @throws as match_points
/// @param report may be null; learns where points are taken by number although one side names them.
[[nodiscard]] DatasetPtr with_points_of(const std::vector<std::string>& names, std::size_t points,
                                        const std::string& what, DatasetPtr data, const std::string& data_what,
                                        DataReport* report);

/// Sets with their points in the order of the first one that names them, and called so. @throws as match_points
[[nodiscard]] std::vector<DatasetPtr> in_one_order(std::vector<DatasetPtr> parts, DataReport* report);

}  // namespace fpcpu
