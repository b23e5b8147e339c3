// SPDX-License-Identifier: MIT
#include <cctype>
#include <string>
#include <unordered_map>

#include "data/mirror.hpp"

namespace fpcpu {

namespace {

/// Words of a name in small letters: "LeftEye_outer (L)" -> left, eye, outer, l.
std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words;
  bool inside = false;
  bool small_before = false;
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) == 0 && letter < 0x80) {
      inside = false;
      continue;
    }
    const bool capital = std::isupper(letter) != 0;
    if (!inside || (capital && small_before)) words.emplace_back();
    words.back() += static_cast<char>(std::tolower(letter));
    inside = true;
    small_before = !capital;
  }
  return words;
}

/// Exchanges the side in a word; false if it has none. "l" and "r" count as whole words, "left" and "right" also at
/// the begin or end of one, so that "lefteye" has a side; whether "bright" has one is settled by its partner.
bool exchange_side(std::string& word) {
  if (word == "l" || word == "r") {
    word = word == "l" ? "r" : "l";
    return true;
  }
  for (const auto& [side, other] : {std::pair<std::string, std::string>{"left", "right"}, {"right", "left"}}) {
    if (word.starts_with(side)) {
      word = other + word.substr(side.size());
      return true;
    }
    if (word.ends_with(side)) {
      word = word.substr(0, word.size() - side.size()) + other;
      return true;
    }
  }
  return false;
}

bool has_clear_side(const std::vector<std::string>& words) {
  for (const std::string& w : words) {
    if (w == "l" || w == "r" || w == "left" || w == "right") return true;
  }
  return false;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& w : words) text += w + ' ';
  return text;
}

}  // namespace

std::vector<int> mirror_by_names(std::span<const std::string> names) {
  std::unordered_map<std::string, int> known;
  for (std::size_t k = 0; k < names.size(); ++k) known.emplace(joined(words_of(names[k])), static_cast<int>(k));
  std::vector<int> partners;
  bool any = false;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::vector<std::string> words = words_of(names[k]);
    std::vector<std::string> other = words;
    bool sided = false;
    for (std::string& word : other) sided |= exchange_side(word);
    const auto partner = sided ? known.find(joined(other)) : known.end();
    const bool clear = has_clear_side(words);
    int value = static_cast<int>(k);
    if (partner != known.end()) {
      value = partner->second;
    } else if (clear) {
      value = kUnknownPartner;
    }
    any |= partner != known.end() || clear;
    partners.push_back(value);
  }
  return any ? partners : std::vector<int>{};
}

}  // namespace fpcpu
