// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The frame and the building blocks that the pages of this room share. Everything but `body` and `svg` is escaped.
namespace fpcpu::html {

/// A complete, self-contained page: no script, nothing from the network; light or dark as the reader's system is, light
/// in print; readable from 320 px width.
/// @param kind  of page, by which is_own_page knows it again: "report", "comparison", "data"
[[nodiscard]] std::string page(std::string_view kind, std::string_view title, const std::string& body);

/// Whether a file is such a page of this kind; false for one that cannot be read.
[[nodiscard]] bool is_own_page(const std::filesystem::path& file, std::string_view kind);

/// A heading with an introduction (may be empty) before `content`; empty if there is no content.
[[nodiscard]] std::string section(std::string_view title, std::string_view introduction, const std::string& content);

/// One figure among the tiles on top: its value large, below it what it means.
struct Tile {
  std::string name;
  std::string value;
  std::string meaning;
};
[[nodiscard]] std::string tiles(const std::vector<Tile>& tiles);

/// Class that gives curves, swatches and parts of a bar the colour of number i; there are eight.
[[nodiscard]] std::string numbered_style(std::size_t i);

/// An entry of a legend; `style` is the class that also colours the curve.
struct Key {
  std::string style;
  std::string label;
};

/// A drawing on a card: title and legend above, below it what one sees. Empty without a drawing.
[[nodiscard]] std::string card(std::string_view title, const std::vector<Key>& legend, const std::string& svg,
                               std::string_view caption);

/// Names and values; `strong` marks rows to notice. Empty without rows.
struct TableRow {
  std::string name;
  std::string value;
  bool strong = false;
};
[[nodiscard]] std::string table(std::string_view caption, const std::vector<TableRow>& rows);

/// A remark that should not be overlooked.
[[nodiscard]] std::string remark(std::string_view text, bool warning);

}  // namespace fpcpu::html
