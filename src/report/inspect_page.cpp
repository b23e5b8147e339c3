// SPDX-License-Identifier: MIT
#include "report/inspect_page.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "data/bad_images.hpp"
#include "report/html_page.hpp"
#include "report/html_text.hpp"
#include "report/report_faces.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kMostFaces = 16;  // of one finding

std::string_view title_of(const std::string& id) {
  static const std::map<std::string_view, std::string_view> kTitles = {
      {"unit", "Unit of the coordinates"},
      {"frame", "Points and images do not belong together"},
      {"missing", "Marks of missing points"},
      {"order", "Order of the points"},
      {"mirror", "Mirroring"},
      {"point", "Points that are never visible"},
      {"outlier", "Points far from where they should be"},
      {"doubles", "Duplicate pictures"},
      {"exif", "Pictures turned by the camera"},
      {"image", "Images that cannot be read"}};
  const auto at = kTitles.find(id);
  return at == kTitles.end() ? std::string_view(id) : at->second;
}

/// "a.jpg, line 17, point 5 (nose)"
std::string caption(const JudgedSet& set, std::size_t face, const std::vector<int>& points) {
  const std::string place = set.data->place(face);
  const std::size_t line = place.rfind(" line ");
  std::string text = set.data->name(face);
  if (line != std::string::npos) text.append(",").append(place, line);
  for (std::size_t i = 0; i < points.size(); ++i) {
    text += (i > 0 ? ", " : points.size() == 1 ? ", point " : ", points ") + point_name(*set.data, points[i]);
  }
  return text;
}

/// A face that cannot be decoded has its reason in place of its picture.
std::string draw(const JudgedSet& set, std::size_t index, std::vector<int> points) {
  ReportFace face;
  face.name = caption(set, index, points);
  face.marked = std::move(points);
  face.truth = set.data->landmarks(index);
  const auto fault = fault_of_image([&] { face.image = set.data->image(index); });
  return fault ? html::remark(face.name + ": " + fault->what(), true) : draw_face(face);
}

std::size_t count(const std::vector<Finding>& findings, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.severity == severity; }));
}

}  // namespace

std::string make_inspect_page(std::span<const JudgedSet> sets, const std::vector<Finding>& findings,
                              const std::function<bool(std::size_t)>& drawn) {
  std::size_t faces = 0;
  std::string names;
  for (const JudgedSet& set : sets) {
    faces += set.data->size();
    names += (names.empty() ? "" : ", ") + set.name;
  }
  std::string body = "<header><p class=\"over\">fpcpu inspect</p><h1>" + html::escape(names) + "</h1></header>\n";
  body += html::tiles({{"Refusals", std::to_string(count(findings, Severity::refusal)), "no training with these"},
                       {"Warnings", std::to_string(count(findings, Severity::warning)), "to be looked at"},
                       {"Faces", std::to_string(faces), counted(sets.size(), "data set", "data sets")},
                       {"Points", std::to_string(sets.front().data->points()), "of each face"}});
  std::size_t done = 0;
  for (const Finding& f : findings) {
    std::string grid;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < f.faces.size();) {
      if (shown == kMostFaces || (drawn && !drawn(done))) break;
      const FaceRef& ref = f.faces[i];
      std::vector<int> points;
      for (; i < f.faces.size() && f.faces[i].set == ref.set && f.faces[i].face == ref.face; ++i) {
        if (f.faces[i].point >= 0) points.push_back(f.faces[i].point);
      }
      grid += draw(sets[ref.set], ref.face, std::move(points));
      ++shown;
      ++done;
    }
    std::string content = html::remark(f.text, f.severity != Severity::note);
    if (!grid.empty()) content += "<div class=\"faces many\">\n" + grid + "</div>\n";
    body += html::section(title_of(f.id), std::string(to_string(f.severity)) + ", " + f.id, content);
  }
  if (findings.empty()) body += html::remark("Nothing was found that speaks against training on these faces.", false);
  return html::page("data", "Data: " + names, body);
}

}  // namespace fpcpu
