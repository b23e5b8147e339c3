// SPDX-License-Identifier: MIT
#include "data/tables/header.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "core/foreign_text.hpp"
#include "data/tables/column_names.hpp"

namespace fpcpu {

namespace {

using Part = ColumnName::Part;

constexpr const char* kWanted = "expected filename,x1,y1,...,xK,yK";

/// The columns of one point, found one after the other.
struct Found {
  std::string name;  // as the header writes it, without the part
  std::optional<std::size_t> x, y, visible;
};

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos && text.size() < 8;
}

int number_of(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class HeaderReader {
 public:
  HeaderReader(const CsvReader& csv, const std::vector<std::string>& titles) : csv_(csv) {
    layout_.columns = titles.size();
    layout_.titles = titles;
    for (const std::string& title : titles) plain_.push_back(plain_title(title));
  }

  TableLayout read() {
    check_is_header();
    find_untitled();
    find_file();
    find_boxes();
    for (std::size_t c = 0; c < layout_.columns; ++c) read_column(c);
    order_points();
    return std::move(layout_);
  }

 private:
  [[nodiscard]] std::string column(std::size_t c) const {
    return "column " + std::to_string(c + 1) + " ('" + excerpt(layout_.titles[c]) + "')";
  }

  void check_is_header() const {
    const auto numbers = std::count_if(layout_.titles.begin(), layout_.titles.end(), [](const std::string& title) {
      double value = 0;
      const char* end = title.data() + title.size();
      return !title.empty() && std::from_chars(title.data(), end, value).ptr == end;
    });
    if (numbers == 0) return;
    if (!layout_.titles[0].empty() && file_title_rank(plain_[0]) < 0) {
      csv_.fail("no header. The first line must be filename,x1,y1,...,xK,yK.");
    }
    csv_.fail("the columns are only numbered. Name them filename,x1,y1,...,xK,yK, so that their order is known.");
  }

  /// A comma at the end of each line makes a column that is none.
  void find_untitled() {
    used_.assign(layout_.columns, false);
    for (std::size_t c = layout_.columns; c-- > 1 && plain_[c].empty() && layout_.titles[c].empty();) {
      used_[c] = true;
      layout_.untitled.push_back(c);
    }
  }

  void find_file() {
    int best = -1;
    for (std::size_t c = 0; c < layout_.columns; ++c) {
      const int rank = file_title_rank(plain_[c]);
      if (rank < 0) continue;
      used_[c] = true;  // a second one ("name" beside "filename") is not used
      if (best >= 0 && rank >= best) continue;
      best = rank;
      layout_.file = c;
    }
    if (best >= 0) return;
    const ColumnName first = parse_column_name(layout_.titles[0]);
    if (first.part != Part::none || is_unused_title(plain_[0])) {
      csv_.fail("no column for the image; expected one called filename, file or image, " + std::string(kWanted) + ".");
    }
    used_[0] = true;
  }

  /// NAME_x, NAME_y are a box if there are NAME_w and NAME_h.
  void find_boxes() {
    std::map<std::string, std::set<Part>> parts;
    for (const std::string& title : layout_.titles) {
      const ColumnName name = parse_column_name(title);
      parts[lower_text(name.point)].insert(name.part);
    }
    for (const auto& [name, of] : parts) {
      if (of.contains(Part::x) && of.contains(Part::y) && of.contains(Part::width) && of.contains(Part::height)) {
        boxes_.insert(name);
      }
    }
  }

  void read_column(std::size_t c) {
    if (used_[c] || (c == 0 && layout_.titles[c].empty()) || plain_[c].starts_with("unnamed_")) return;
    if (is_unused_title(plain_[c])) return;
    const ColumnName name = parse_column_name(layout_.titles[c]);
    if (name.part != Part::none && boxes_.contains(lower_text(name.point))) return;
    std::optional<std::size_t> Found::*place = nullptr;
    if (name.part == Part::x) place = &Found::x;
    if (name.part == Part::y) place = &Found::y;
    if (name.part == Part::visible) place = &Found::visible;
    if (place == nullptr) {
      csv_.fail(column(c) +
                " is neither a coordinate (x1, NAME_x) nor anything else that is known. Rename or remove it.");
    }
    const auto [entry, is_new] = index_.emplace(lower_text(name.point), found_.size());
    if (is_new) found_.push_back({name.point, {}, {}, {}});
    std::optional<std::size_t>& cell = found_[entry->second].*place;
    if (cell) csv_.fail(column(*cell) + " and " + column(c) + " are one coordinate. Rename or remove one.");
    cell = c;
  }

  void order_points() {
    for (const Found& f : found_) {
      if (f.x && f.y) continue;
      if (!f.x && !f.y) csv_.fail(column(*f.visible) + " is the visibility of no point. Rename or remove it.");
      csv_.fail(column(f.x ? *f.x : *f.y) + " has no partner: the header names no " + (f.x ? "y" : "x") + " for it.");
    }
    if (found_.empty()) csv_.fail("the header names no points, " + std::string(kWanted) + ".");
    // What pandas makes of x,y,x,y: x,y,x.1,y.1.
    const bool others_counted =
        std::all_of(found_.begin(), found_.end(), [](const Found& f) { return f.name.empty() || is_number(f.name); });
    if (found_.size() > 1 && others_counted && index_.contains("") && !index_.contains("0")) {
      found_[index_.at("")].name.assign(1, '0');
    }
    for (const Found& f : found_) {
      if (found_.size() > 1 && f.name.empty()) csv_.fail(column(*f.x) + " does not say of which point it is.");
    }
    const bool counted = std::all_of(found_.begin(), found_.end(), [](const Found& f) { return is_number(f.name); });
    if (counted) {
      std::stable_sort(found_.begin(), found_.end(),
                       [](const Found& a, const Found& b) { return number_of(a.name) < number_of(b.name); });
    } else {
      std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return *a.x < *b.x; });
    }
    const int last = counted ? number_of(found_.back().name) : 0;
    const int gap = last - number_of(found_.front().name) + 1 - static_cast<int>(found_.size());
    const bool only_counted = counted && gap == 0 && last <= static_cast<int>(found_.size());
    for (const Found& f : found_) {
      layout_.points.push_back({*f.x, *f.y, f.visible});
      if (!only_counted && !f.name.empty()) layout_.point_names.push_back(f.name);
    }
  }

  const CsvReader& csv_;
  TableLayout layout_;
  std::vector<std::string> plain_;
  std::vector<bool> used_;
  std::set<std::string> boxes_;
  std::vector<Found> found_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace

TableLayout read_header(const CsvReader& csv, const std::vector<std::string>& titles) {
  return HeaderReader(csv, titles).read();
}

}  // namespace fpcpu
