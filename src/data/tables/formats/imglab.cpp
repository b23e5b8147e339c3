// SPDX-License-Identifier: MIT
// XML of dlib's imglab: <image file=...> with <box> and in it <part name=... x=... y=...>. Its pixels are counted from
// 0 and a whole number is the middle of a pixel, as here. Boxes are not used; one marked ignore='1' is no face.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <new>
#include <pugixml.hpp>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "data/tables/formats/table_format.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::formats {

namespace {

constexpr std::string_view kEndings[] = {".xml"};
constexpr std::size_t kMostPoints = 4096;
constexpr std::size_t kMostNumbers = 40'000'000;  // of all faces: a file without any system in its names fills memory

struct Part {
  std::string name;
  float x = 0;
  float y = 0;
};

struct Face {
  std::string image;
  std::string place;
  std::vector<Part> parts;
};

class ImglabReader {
 public:
  explicit ImglabReader(const std::filesystem::path& path) : file_(path_text(path)), text_(read_file(path)) {
    const pugi::xml_parse_result parsed = document_.load_buffer(text_.data(), text_.size());
    if (parsed.status == pugi::status_out_of_memory) throw std::bad_alloc();
    if (!parsed) fail(parsed.offset, std::string("no valid XML (") + parsed.description() + ").");
  }

  PointsTable read() {
    const pugi::xml_node images = document_.child("dataset").child("images");
    if (!images) throw Error(ErrorCode::format, file_ + " has no <dataset><images>: expected the XML of imglab.");
    for (const pugi::xml_node image : images.children("image")) read_image(image);
    order_names();
    return table();
  }

 private:
  [[nodiscard]] std::string place(std::ptrdiff_t offset) {
    // Most calls come in the order of the file.
    if (offset < counted_) counted_ = 0, line_ = 1;
    const auto end = std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)), text_.size());
    for (auto i = static_cast<std::size_t>(counted_); i < end; ++i) line_ += text_[i] == '\n' ? 1 : 0;
    counted_ = static_cast<std::ptrdiff_t>(end);
    return file_ + " line " + std::to_string(line_);
  }

  [[noreturn]] void fail(std::ptrdiff_t offset, const std::string& what) {
    throw Error(ErrorCode::format, place(offset) + ": " + what);
  }

  void read_image(const pugi::xml_node& image) {
    const std::string name = image.attribute("file").value();
    if (name.empty()) fail(image.offset_debug(), "<image> without file='...'.");
    std::size_t faces = 0;
    for (const pugi::xml_node box : image.children("box")) {
      if (box.attribute("ignore").as_bool() || !box.child("part")) continue;
      Face face{name, place(box.offset_debug()), {}};
      for (const pugi::xml_node part : box.children("part")) face.parts.push_back(read_part(part));
      faces_.push_back(std::move(face));
      ++faces;
    }
    without_points_ += faces == 0 ? 1 : 0;
  }

  Part read_part(const pugi::xml_node& node) {
    Part part{node.attribute("name").value(), number(node, "x"), number(node, "y")};
    if (part.name.empty()) fail(node.offset_debug(), "<part> without name='...'.");
    if (names_.emplace(part.name, names_.size()).second && names_.size() > kMostPoints) {
      fail(node.offset_debug(), "more than " + std::to_string(kMostPoints) + " names of parts.");
    }
    return part;
  }

  float number(const pugi::xml_node& node, const char* name) {
    const std::string text = node.attribute(name).value();
    float value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
      fail(node.offset_debug(), std::string("<part> with ") + name + "='" + excerpt(text) + "': not a number.");
    }
    return value;
  }

  /// Numbers in their order, names in that of the file.
  void order_names() {
    ordered_.resize(names_.size());
    for (const auto& [name, index] : names_) ordered_[index] = name;
    const auto is_number = [](const std::string& name) {
      return name.size() < 8 && name.find_first_not_of("0123456789") == std::string::npos;
    };
    if (!std::all_of(ordered_.begin(), ordered_.end(), is_number)) return;
    std::sort(ordered_.begin(), ordered_.end(),
              [](const std::string& a, const std::string& b) { return std::stoi(a) < std::stoi(b); });
    for (std::size_t k = 0; k < ordered_.size(); ++k) names_[ordered_[k]] = k;
  }

  PointsTable table() {
    if (faces_.empty()) throw Error(ErrorCode::format, file_ + " has no <box> with a <part>: there are no points.");
    if (faces_.size() * names_.size() > kMostNumbers) {
      throw Error(ErrorCode::format, file_ + " names " + std::to_string(names_.size()) + " different parts in " +
                                         std::to_string(faces_.size()) + " faces: too many for one kind of face.");
    }
    PointsTable table;
    table.points = static_cast<int>(ordered_.size());
    for (Face& face : faces_) {
      Landmarks row{std::vector<float>(2 * ordered_.size(), 0.0F), std::vector<float>(ordered_.size(), 0.0F)};
      for (const Part& part : face.parts) {
        const std::size_t k = names_.at(part.name);
        if (row.visible[k] != 0) {
          throw Error(ErrorCode::format, face.place + ": two parts are called '" + excerpt(part.name) + "'.");
        }
        row.visible[k] = 1;
        row.xy[2 * k] = part.x;
        row.xy[2 * k + 1] = part.y;
      }
      table.names.push_back(std::move(face.image));
      table.places.push_back(std::move(face.place));
      table.rows.push_back(std::move(row));
    }
    table.point_names = unless_counted(ordered_);
    if (without_points_ > 0) {
      table.notes.push_back(file_ + ": " + std::to_string(without_points_) + " images have no points and are left out");
    }
    return table;
  }

  std::string file_;
  std::string text_;
  pugi::xml_document document_;
  std::ptrdiff_t counted_ = 0;
  int line_ = 1;
  std::vector<Face> faces_;
  std::map<std::string, std::size_t> names_;
  std::vector<std::string> ordered_;
  std::size_t without_points_ = 0;
};

}  // namespace

TableFormat imglab() {
  return {.name = "imglab",
          .expected = "an imglab .xml",
          .endings = kEndings,
          .looks_right = [](const std::filesystem::path& file) { return first_bytes_hold(file, "<dataset"); },
          .read = [](const std::filesystem::path& file) { return ImglabReader(file).read(); }};
}

}  // namespace fpcpu::formats
