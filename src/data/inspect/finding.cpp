// SPDX-License-Identifier: MIT
#include "data/inspect/finding.hpp"

#include <algorithm>
#include <array>

#include "core/nearest.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

constexpr std::array<std::string_view, 10> kIds = {"unit",  "frame",   "missing", "order", "mirror",
                                                   "point", "outlier", "doubles", "exif",  "image"};

/// "line 17" of "faces/gt.csv line 17" if `before` was of the same file.
std::string shortened(const std::string& place, const std::string& before) {
  const std::size_t cut = place.rfind(" line ");
  if (cut == std::string::npos || before.compare(0, cut + 6, place, 0, cut + 6) != 0) return place;
  return place.substr(cut + 1);
}

}  // namespace

std::string_view to_string(Severity severity) noexcept {
  constexpr std::array<std::string_view, 3> kNames = {"note", "warning", "refusal"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::vector<std::string> parse_accept(std::string_view list) {
  std::vector<std::string> ids;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view id = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (id.starts_with(' ')) id.remove_prefix(1);
    while (id.ends_with(' ')) id.remove_suffix(1);
    if (std::find(kIds.begin(), kIds.end(), id) == kIds.end()) {
      throw Error(ErrorCode::usage,
                  "--accept " + std::string(id) + " is no kind of finding." + suggest(std::string(id), kIds));
    }
    ids.emplace_back(id);
  }
  return ids;
}

std::vector<Finding> accepted(std::vector<Finding> findings, std::span<const std::string> ids) {
  for (Finding& f : findings) {
    if (f.severity == Severity::note || std::find(ids.begin(), ids.end(), f.id) == ids.end()) continue;
    f.severity = f.severity == Severity::refusal ? Severity::warning : Severity::note;
    f.text = "accepted: " + f.text;
  }
  return findings;
}

void refuse(const std::vector<Finding>& findings) {
  const auto is_refusal = [](const Finding& f) { return f.severity == Severity::refusal; };
  const auto first = std::find_if(findings.begin(), findings.end(), is_refusal);
  if (first == findings.end()) return;
  const auto others = std::count_if(first + 1, findings.end(), is_refusal);
  throw Error(
      ErrorCode::format,
      first->text + (others == 0 ? ""
                                 : " (" + counted(static_cast<std::size_t>(others), "more refusal", "more refusals") +
                                       ": fpcpu inspect shows all.)"));
}

std::string places(std::span<const JudgedSet> sets, std::span<const FaceRef> faces, std::size_t most) {
  std::string text;
  std::string before;
  std::size_t shown = 0;
  std::size_t all = 0;
  const FaceRef* last = nullptr;
  for (const FaceRef& f : faces) {
    if (last != nullptr && last->set == f.set && last->face == f.face) continue;
    last = &f;
    ++all;
    if (shown == most) continue;
    const std::string place = sets[f.set].data->place(f.face);
    text += (shown == 0 ? "" : ", ") + shortened(place, before);
    before = place;
    ++shown;
  }
  return all > shown ? text + " and " + std::to_string(all - shown) + " more" : text;
}

std::string point_name(const Dataset& data, int point) {
  const auto k = static_cast<std::size_t>(point);
  const std::string number = std::to_string(k + 1);
  return data.point_names().empty() ? number : number + " (" + data.point_names()[k] + ")";
}

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + ' ' + std::string(n == 1 ? one : many);
}

}  // namespace fpcpu
