// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace fpcpu {

/// What the title of one column says, before the others are looked at.
struct ColumnName {
  enum class Part { none, x, y, visible, width, height };
  Part part = Part::none;
  std::string point;  // as written, "" for a title that is nothing but a part: "x"
};

/// "x12" -> x of "12"; "left_eye.Y" -> y of "left_eye"; "noseX" -> x of "nose"; "v_3" -> visible of "3".
[[nodiscard]] ColumnName parse_column_name(std::string_view title);

/// ASCII letters in lower case.
[[nodiscard]] std::string lower_text(std::string_view text);

/// Lower case letters and digits of a title, "_" for everything between them: "Box X" -> "box_x".
[[nodiscard]] std::string plain_title(std::string_view title);

/// The rank of a title among those that mean the image's file, 0 first; -1 for others.
[[nodiscard]] int file_title_rank(const std::string& plain);

/// A column that is known and not used: an index, the image's size, an edge of a box.
[[nodiscard]] bool is_unused_title(const std::string& plain);

}  // namespace fpcpu
