// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// A set that is judged together with others; faces are named by the number of their set.
struct JudgedSet {
  std::string name;  ///< as the user gave it
  DatasetPtr data;
  bool validation = false;
  bool turned = true;                   ///< images were turned as their EXIF orientation says (ImageOptions::turn)
  std::set<std::string> held_out = {};  ///< places of the faces that a training set keeps for validation

  [[nodiscard]] bool validates(std::size_t face) const {
    return validation || (!held_out.empty() && held_out.contains(data->place(face)));
  }
};

/// note: worth knowing. warning: said in one line, work goes on. refusal: nothing sensible can come of it.
enum class Severity : std::uint8_t { note, warning, refusal };
[[nodiscard]] std::string_view to_string(Severity severity) noexcept;

/// A face, or one point of it.
struct FaceRef {
  std::size_t set = 0;
  std::size_t face = 0;
  int point = -1;  ///< from 0; -1 = the face as a whole
  friend auto operator<=>(const FaceRef&, const FaceRef&) = default;
};

/// Something that a person should know about the data before it is used.
struct Finding {
  std::string id;  ///< the kind, as --accept takes it
  Severity severity = Severity::note;
  std::string text;            ///< one line: where, what was read, what was expected, the way out
  std::vector<FaceRef> faces;  ///< concerned, the first ones first
};

/// Kinds of a list such as "unit,frame". @throws Error{usage} naming the nearest for an unknown one.
[[nodiscard]] std::vector<std::string> parse_accept(std::string_view list);

/// "I mean it": accepted refusals become warnings, accepted warnings notes.
[[nodiscard]] std::vector<Finding> accepted(std::vector<Finding> findings, std::span<const std::string> ids);

/// @throws Error{format} with the text of the first refusal, if there is one.
void refuse(const std::vector<Finding>& findings);

/// "faces/gt.csv line 17, line 20 and 3 more", the places of the first faces.
[[nodiscard]] std::string places(std::span<const JudgedSet> sets, std::span<const FaceRef> faces, std::size_t most = 3);

/// "5", or "5 (nose)" where the points have names. @param point from 0
[[nodiscard]] std::string point_name(const Dataset& data, int point);

/// "1 face", "12 faces".
[[nodiscard]] std::string counted(std::size_t n, std::string_view one, std::string_view many);

}  // namespace fpcpu
