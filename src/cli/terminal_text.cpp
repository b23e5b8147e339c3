// SPDX-License-Identifier: MIT
#include "cli/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace fpcpu::cli {

namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode 15, East_Asian_Width W and F, joined into blocks: an unassigned character that counts as wide costs a column.
constexpr std::array<Range, 17> kWide = {{{0x1100, 0x115F},
                                          {0x231A, 0x231B},
                                          {0x23E9, 0x23F3},
                                          {0x25FD, 0x25FE},
                                          {0x2614, 0x2615},
                                          {0x2648, 0x2653},
                                          {0x26A1, 0x26FD},
                                          {0x2705, 0x27BF},
                                          {0x2B1B, 0x2B55},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xA960, 0xA97C},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0x1F004, 0x3FFFD}}};
// Combining marks, joiners and variation selectors.
constexpr std::array<Range, 8> kZero = {{{0x0300, 0x036F},
                                         {0x0483, 0x0489},
                                         {0x0591, 0x05BD},
                                         {0x064B, 0x065F},
                                         {0x200B, 0x200F},
                                         {0x20D0, 0x20F0},
                                         {0xFE00, 0xFE0F},
                                         {0xFE20, 0xFE2F}}};

template <std::size_t n>
bool within(const std::array<Range, n>& ranges, std::uint32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](const Range& r) { return c >= r.first && c <= r.last; });
}

struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

/// The first character of a text that is not empty.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  std::size_t bytes = 1;
  if (lead >= 0xF0U) {
    bytes = 4;
  } else if (lead >= 0xE0U) {
    bytes = 3;
  } else if (lead >= 0xC0U) {
    bytes = 2;
  }
  if (bytes == 1 || bytes > text.size()) return {};
  std::uint32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = code << 6U | (byte(i) & 0x3FU);
  }
  if (within(kZero, code)) return {bytes, 0};
  return {bytes, within(kWide, code) ? 2U : 1U};
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character c = first_character(text);
    columns += c.columns;
    text.remove_prefix(c.bytes);
  }
  return columns;
}

std::string fit_to_columns(std::string_view text, std::size_t columns) {
  std::string line;
  std::size_t used = 0;
  while (!text.empty()) {
    const Character c = first_character(text);
    if (used + c.columns > columns) break;
    used += c.columns;
    const bool control = static_cast<unsigned char>(text.front()) < 0x20U || text.front() == 0x7F;
    line += control ? std::string_view(" ") : text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return line;
}

namespace {

/// Words of one paragraph, line by line.
std::string filled(std::string_view words, std::size_t columns) {
  std::string text;
  std::size_t used = 0;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (word.empty()) continue;
    const std::size_t width = display_width(word);
    if (used > 0 && used + 1 + width > columns) {
      text += '\n';
      used = 0;
    }
    if (used > 0) text += ' ';
    used += width + (used > 0 ? 1 : 0);
    text += word;
  }
  return text.empty() ? text : text + '\n';
}

std::string fitted_command(std::string_view line, std::size_t columns) {
  std::string text;
  const std::size_t comment = line.find(" # ");
  if (display_width(line) > columns && comment != std::string_view::npos) {
    text += "  " + std::string(line.substr(comment + 1)) + '\n';
    line = line.substr(0, line.find_last_not_of(' ', comment) + 1);
  }
  constexpr std::string_view kContinued = " \\\n      ";
  while (display_width(line) > columns) {
    const std::size_t space = line.rfind(' ', columns - 2);
    if (space == std::string_view::npos || line.find_first_not_of(' ') > space) break;
    text += std::string(line.substr(0, space)) + std::string(kContinued);
    line.remove_prefix(space + 1);
  }
  return text + std::string(line) + '\n';
}

}  // namespace

std::string fit_help(std::string_view text, std::size_t columns) {
  std::string fitted;
  std::string paragraph;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.front() != ' ') {
      paragraph.append(line).append(" ");
      continue;
    }
    fitted += filled(paragraph, columns);
    paragraph.clear();
    fitted += line.empty() ? std::string("\n") : fitted_command(line, columns);
  }
  return fitted + filled(paragraph, columns);
}

std::string bar(double part, int width) {
  std::string text(static_cast<std::size_t>(width) + 2, '.');
  text.front() = '[';
  text.back() = ']';
  std::fill_n(text.begin() + 1, static_cast<int>(std::clamp(part, 0.0, 1.0) * width), '#');
  return text;
}

}  // namespace fpcpu::cli
