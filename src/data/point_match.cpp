// SPDX-License-Identifier: MIT
#include "data/point_match.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "core/foreign_text.hpp"
#include "data/tables/column_names.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

/// A set whose points are in another order.
class ReorderedDataset final : public Dataset {
 public:
  ReorderedDataset(DatasetPtr base, const std::vector<std::size_t>& order, std::vector<std::string> names)
      : base_(std::move(base)), order_(order), names_(std::move(names)) {
    for (std::size_t i = 0; i < base_->size(); ++i) {
      const Landmarks& from = base_->landmarks(i);
      Landmarks to;
      for (const std::size_t k : order) {
        to.xy.insert(to.xy.end(), {from.xy[2 * k], from.xy[2 * k + 1]});
        to.visible.push_back(from.visible[k]);
      }
      faces_.push_back(std::move(to));
    }
  }

  std::size_t size() const noexcept override { return base_->size(); }
  int points() const noexcept override { return base_->points(); }
  const std::string& name(std::size_t i) const override { return base_->name(i); }
  int width(std::size_t i) const override { return base_->width(i); }
  int height(std::size_t i) const override { return base_->height(i); }
  const Landmarks& landmarks(std::size_t i) const override { return faces_[i]; }
  const std::vector<std::string>& point_names() const override { return names_; }
  std::string place(std::size_t i) const override { return base_->place(i); }
  std::filesystem::path file(std::size_t i) const override { return base_->file(i); }
  int orientation(std::size_t i) const override { return base_->orientation(i); }
  Image image(std::size_t i) const override { return base_->image(i); }
  std::vector<OfferedStream> streams() const override { return base_->streams(); }
  void stream(std::size_t i, std::size_t which, float* out) const override {
    base_->stream(i, which, out);
    if (!base_->streams()[which].per_point) return;
    const std::vector<float> before(out, out + order_.size());
    for (std::size_t k = 0; k < order_.size(); ++k) out[k] = before[order_[k]];
  }

 private:
  DatasetPtr base_;
  std::vector<std::size_t> order_;
  std::vector<std::string> names_;
  std::vector<Landmarks> faces_;
};

/// p0, p1, ... or kp_1, kp_2, ...: one word and a number that goes up by one from 0 or 1.
bool only_numbers(const std::vector<std::string>& names) {
  std::string word;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::size_t digits = names[k].find_last_not_of("0123456789") + 1;
    const std::string number = names[k].substr(digits);
    if (number.empty() || number.size() > 6) return false;
    if (k == 0) word = names[k].substr(0, digits);
    const std::size_t first = static_cast<std::size_t>(std::stoi(names[0].substr(word.size())));
    if (names[k].substr(0, digits) != word || first > 1) return false;
    if (static_cast<std::size_t>(std::stoi(number)) != first + k) return false;
  }
  return true;
}

/// Up to three of `names` that are not among `others`.
std::string only_in(const std::vector<std::string>& names, const std::unordered_map<std::string, std::size_t>& others) {
  std::string text;
  int count = 0;
  for (const std::string& name : names) {
    if (others.contains(plain_title(name))) continue;
    if (++count <= 3) text += (count == 1 ? "'" : ", '") + excerpt(name, 30) + "'";
  }
  return count > 3 ? text + " and " + std::to_string(count - 3) + " more" : text;
}

std::unordered_map<std::string, std::size_t> index_of(const std::vector<std::string>& names) {
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t k = 0; k < names.size(); ++k) index.emplace(plain_title(names[k]), k);
  return index;
}

}  // namespace

PointMatch match_points(const std::vector<std::string>& wanted, std::size_t wanted_points,
                        const std::string& wanted_what, const std::vector<std::string>& given, std::size_t given_points,
                        const std::string& given_what) {
  if (wanted_points != given_points) {
    throw Error(ErrorCode::format, given_what + " has " + std::to_string(given_points) + " points per face, " +
                                       wanted_what + " has " + std::to_string(wanted_points) +
                                       ". Both must have the same points.");
  }
  PointMatch match;
  match.order.resize(wanted_points);
  std::iota(match.order.begin(), match.order.end(), std::size_t{0});
  if (wanted == given) return match;
  const auto wanted_index = index_of(wanted);
  const auto given_index = index_of(given);
  const bool counting = wanted.empty() || given.empty() || (only_numbers(wanted) && only_numbers(given));
  match.by_number = counting;
  if (counting) return match;
  const bool unique = wanted_index.size() == wanted_points && given_index.size() == wanted_points;
  for (std::size_t k = 0; k < wanted_points; ++k) {
    const auto place = given_index.find(plain_title(wanted[k]));
    if (place == given_index.end() || !unique) {
      throw Error(ErrorCode::format, given_what + " calls its points otherwise than " + wanted_what + ": only there " +
                                         only_in(given, wanted_index) + ", only here " + only_in(wanted, given_index) +
                                         ". Give both the same names.");
    }
    match.order[k] = place->second;
  }
  return match;
}

DatasetPtr with_points_of(const std::vector<std::string>& names, std::size_t points, const std::string& what,
                          DatasetPtr data, const std::string& data_what, DataReport* report) {
  const PointMatch match =
      match_points(names, points, what, data->point_names(), static_cast<std::size_t>(data->points()), data_what);
  if (match.by_number && report != nullptr) {
    report->notes.push_back("the points of " + data_what + " are taken by number for those of " + what +
                            ": the two do not name them alike");
  }
  if (data->point_names() == names) return data;
  const bool in_order = std::is_sorted(match.order.begin(), match.order.end());
  if (match.by_number && names.empty() && in_order) return data;
  return std::make_shared<ReorderedDataset>(std::move(data), match.order, names);
}

std::vector<DatasetPtr> in_one_order(std::vector<DatasetPtr> parts, DataReport* report) {
  if (parts.size() < 2) return parts;
  // The first set that names its points says what they are called and in which order they come.
  const auto named =
      std::find_if(parts.begin(), parts.end(), [](const DatasetPtr& d) { return !d->point_names().empty(); });
  const std::size_t leader = named == parts.end() ? 0 : static_cast<std::size_t>(named - parts.begin());
  const auto what = [&](std::size_t p) {
    return "data set " + std::to_string(p + 1) + " (" + parts[p]->place(0) + ")";
  };
  const std::vector<std::string> names = parts[leader]->point_names();
  const auto points = static_cast<std::size_t>(parts[leader]->points());
  const std::string leader_what = what(leader);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    parts[p] = with_points_of(names, points, leader_what, parts[p], what(p), report);
  }
  return parts;
}

}  // namespace fpcpu
