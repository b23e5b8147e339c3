// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// Reads a table such as "3,2,1,0,9,8,7,6,5,4,10,13,12,11". @throws Error{usage} if it is not a list of `points`
/// different numbers from 0 that undoes itself; one that counts from 1 is told what it should be.
[[nodiscard]] std::vector<int> parse_mirror(std::string_view text, int points);

/// "3,2,1,0"
[[nodiscard]] std::string mirror_text(std::span<const int> mirror);

/// True if `mirror` is a permutation and mirror[mirror[k]] == k.
[[nodiscard]] bool is_involution(std::span<const int> mirror);

/// How well the mirror image of a shape lies on the shape when the points change places by a table.
struct MirrorFit {
  std::vector<int> mirror;
  double residual =
      0;            ///< root mean square distance of partners after the best turn, 1 = what is still taken for a face
  double turn = 0;  ///< that turn, radians
  double off_centre = 0;  ///< how far the mirror image lies beside the shape, 1 = still taken for a face in the middle
};

/// The table that fits best. @param fixed  for each point its partner, or -1 where the shape is to tell; may be empty.
[[nodiscard]] MirrorFit fit_mirror(std::span<const float> shape, std::span<const int> fixed = {});
/// The fit of a table that is known.
[[nodiscard]] MirrorFit fit_of_mirror(std::span<const float> shape, std::vector<int> mirror);

/// What names such as "left_eye", "r_mouth", "EyeRight" or "brow (left)" say of each point: its partner, itself for a
/// name without a side, kUnknownPartner if the partner is not among the names. Empty if no name has a side.
inline constexpr int kUnknownPartner = -2;
[[nodiscard]] std::vector<int> mirror_by_names(std::span<const std::string> names);

/// The table a training uses, or why there is none.
struct MirrorChoice {
  std::vector<int> mirror;  ///< empty: images are not to be mirrored
  std::string remark;       ///< what the user should know, one sentence; may be empty
};

/// By the table that was given, else by the names of the points, else by the mean shape of `data`. Points that no image
/// shows stay where they are. @param given  text of --mirror or empty. @throws Error{usage} as parse_mirror().
[[nodiscard]] MirrorChoice choose_mirror(const Dataset& data, const std::string& given);

}  // namespace fpcpu
