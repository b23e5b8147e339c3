// SPDX-License-Identifier: MIT
// COCO keypoints: "images", "annotations" with "keypoints": [x,y,v, ...] and "categories" with the names of the points.
// A whole number is the middle of a pixel and the first is 0, as here; v = 0 is not visible. Boxes are not used; crowds
// and annotations without a visible point are no faces.
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "data/tables/formats/table_format.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::formats {

namespace {

constexpr std::string_view kEndings[] = {".json"};
using Json = nlohmann::json;

constexpr int kDeepest = 16;
constexpr std::size_t kMostPoints = 4096;

/// What nobody asked for may be most of the file.
bool is_wanted(const std::string& key) { return key != "segmentation" && key != "skeleton" && key != "info"; }

class CocoReader {
 public:
  explicit CocoReader(const std::filesystem::path& path) : file_(path_text(path)) {
    const std::string text = read_file(path);
    const Json::parser_callback_t look = [&](int depth, Json::parse_event_t event, Json& parsed) {
      if (depth > kDeepest) fail("nested deeper than " + std::to_string(kDeepest) + " levels.");
      return event != Json::parse_event_t::key || is_wanted(parsed.get_ref<const std::string&>());
    };
    try {
      all_ = Json::parse(text, look);
    } catch (const Json::parse_error& e) {
      const std::size_t byte = std::min(e.byte, text.size());
      const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n');
      throw Error(ErrorCode::format,
                  file_ + " line " + std::to_string(line) + ": no valid JSON at byte " + std::to_string(byte) + ".");
    } catch (const Json::out_of_range&) {
      fail("holds a number beyond all limits.");
    }
  }

  PointsTable read() {
    read_images();
    read_categories();
    std::size_t index = 0;
    for (const Json& annotation : list("annotations")) {
      place_ = file_ + " annotation " +
               (annotation.contains("id") ? excerpt(annotation["id"].dump(), 20) : "no. " + std::to_string(index + 1));
      ++index;
      if (!annotation.is_object()) fail("is no object.");
      read_annotation(annotation);
    }
    if (table_.rows.empty()) {
      throw Error(ErrorCode::format, file_ + " has no annotation with visible keypoints: there are no points.");
    }
    table_.point_names = unless_counted(std::move(table_.point_names));
    const std::size_t unused = images_.size() - seen_.size();
    if (unused > 0) {
      table_.notes.push_back(file_ + ": " + std::to_string(unused) + " images have no points and are left out");
    }
    return std::move(table_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::format, (place_.empty() ? file_ : place_) + ": " + what);
  }

  [[nodiscard]] const Json& list(const char* name) const {
    const auto it = all_.is_object() ? all_.find(name) : all_.end();
    if (!all_.is_object() || it == all_.end() || !it->is_array()) {
      throw Error(ErrorCode::format, file_ + " has no list \"" + name + "\": expected COCO keypoints.");
    }
    return *it;
  }

  /// A number or a text, as COCO's ids are.
  [[nodiscard]] std::string id_of(const Json& object, const char* name) const {
    const auto it = object.is_object() ? object.find(name) : object.end();
    if (!object.is_object() || it == object.end() || !(it->is_number_integer() || it->is_string())) {
      fail(std::string("an entry has no \"") + name + "\".");
    }
    return it->dump();
  }

  void read_images() {
    for (const Json& image : list("images")) {
      const std::string id = id_of(image, "id");
      const auto name = image.find("file_name");
      if (name == image.end() || !name->is_string()) fail("image " + excerpt(id, 20) + " has no \"file_name\".");
      if (!images_.emplace(id, name->get<std::string>()).second)
        fail("two images have the id " + excerpt(id, 20) + ".");
    }
  }

  void read_categories() {
    if (!all_.contains("categories")) return;
    for (const Json& category : list("categories")) {
      std::vector<std::string> names;
      const auto keypoints = category.is_object() ? category.find("keypoints") : category.end();
      if (category.is_object() && keypoints != category.end() && keypoints->is_array()) {
        for (const Json& name : *keypoints) {
          if (!name.is_string()) fail("a category has a keypoint whose name is no text.");
          names.push_back(name.get<std::string>());
        }
      }
      categories_[id_of(category, "id")] = std::move(names);
    }
  }

  void read_annotation(const Json& annotation) {
    const auto keypoints = annotation.find("keypoints");
    if (keypoints == annotation.end()) return;
    if (!keypoints->is_array() || keypoints->size() % 3 != 0) fail("\"keypoints\" is no list of x,y,v for each point.");
    const auto crowd = annotation.find("iscrowd");
    if (crowd != annotation.end() && (*crowd == 1 || *crowd == true)) return;
    const std::size_t points = keypoints->size() / 3;
    Landmarks face{std::vector<float>(2 * points, 0.0F), std::vector<float>(points, 0.0F)};
    bool any = false;
    for (std::size_t k = 0; k < points; ++k) {
      const Json& v = (*keypoints)[3 * k + 2];
      if (v != 0 && v != 1 && v != 2)
        fail("keypoint " + std::to_string(k + 1) + " has v = " + excerpt(v.dump(), 20) + ", expected 0, 1 or 2.");
      if (v == 0) continue;
      face.xy[2 * k] = number((*keypoints)[3 * k], k);
      face.xy[2 * k + 1] = number((*keypoints)[3 * k + 1], k);
      face.visible[k] = 1;
      any = true;
    }
    if (!any) return;
    check_points(annotation, points);
    const std::string image = id_of(annotation, "image_id");
    const auto entry = images_.find(image);
    if (entry == images_.end()) fail("there is no image with the id " + excerpt(image, 20) + ".");
    seen_.insert(image);
    table_.names.push_back(entry->second);
    table_.places.push_back(place_);
    table_.rows.push_back(std::move(face));
  }

  [[nodiscard]] float number(const Json& value, std::size_t k) const {
    const double number = value.is_number() ? value.get<double>() : std::nan("");
    if (!std::isfinite(static_cast<float>(number))) {
      fail("keypoint " + std::to_string(k + 1) + " is at " + excerpt(value.dump(), 20) + ", which is no number.");
    }
    return static_cast<float>(number);
  }

  /// All faces must have the points of the first.
  void check_points(const Json& annotation, std::size_t points) {
    std::vector<std::string> names;
    if (annotation.contains("category_id")) {
      const auto category = categories_.find(id_of(annotation, "category_id"));
      if (category != categories_.end()) names = category->second;
    }
    if (!names.empty() && names.size() != points) {
      fail(std::to_string(points) + " keypoints, its category names " + std::to_string(names.size()) + ".");
    }
    if (points == 0 || points > kMostPoints) fail(std::to_string(points) + " keypoints: expected 1 to 4096.");
    if (table_.rows.empty()) {
      table_.points = static_cast<int>(points);
      table_.point_names = names;
    }
    if (static_cast<int>(points) != table_.points || names != table_.point_names) {
      fail("other keypoints than those of " + table_.places.front() + ". Keep one category in a file.");
    }
  }

  std::string file_;
  std::string place_;
  Json all_;
  std::map<std::string, std::string> images_;
  std::map<std::string, std::vector<std::string>> categories_;
  std::set<std::string> seen_;
  PointsTable table_;
};

}  // namespace

TableFormat coco() {
  return {.name = "coco",
          .expected = "a COCO keypoints .json",
          .endings = kEndings,
          .looks_right =
              [](const std::filesystem::path& file) {
                return first_bytes_hold(file, "\"images\"") || first_bytes_hold(file, "\"annotations\"");
              },
          .read = [](const std::filesystem::path& file) { return CocoReader(file).read(); }};
}

}  // namespace fpcpu::formats
