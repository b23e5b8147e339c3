// SPDX-License-Identifier: MIT
#include "data/folder_dataset.hpp"

#include <algorithm>
#include <unordered_map>
#include <variant>

#include "core/file.hpp"
#include "data/bad_images.hpp"
#include "data/data_options.hpp"
#include "data/decode.hpp"
#include "data/tables/formats.hpp"
#include "data/tables/table_images.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

class FolderDataset final : public Dataset {
 public:
  FolderDataset(PointsTable table, const std::filesystem::path& folder, const DataOptions& options, DataReport* report)
      : table_(std::move(table)), options_(options.image) {
    if (const auto missing = missing_mark(options)) hide_marked(*missing, report);
    find_files(folder, options, report);
  }

  std::size_t size() const noexcept override { return kept_.size(); }
  int points() const noexcept override { return table_.points; }
  const std::string& name(std::size_t i) const override { return kept_[i].name; }
  int width(std::size_t i) const override { return kept_[i].header.width; }
  int height(std::size_t i) const override { return kept_[i].header.height; }
  const Landmarks& landmarks(std::size_t i) const override { return table_.rows[kept_[i].row]; }
  const std::vector<std::string>& point_names() const override { return table_.point_names; }
  std::string place(std::size_t i) const override { return table_.places[kept_[i].row]; }
  std::filesystem::path file(std::size_t i) const override { return kept_[i].file; }
  int orientation(std::size_t i) const override { return kept_[i].header.orientation; }

  Image image(std::size_t i) const override {
    Image image = decode_image(kept_[i].file, 0, options_);
    if (image.width != kept_[i].header.width || image.height != kept_[i].header.height) {
      throw Error(ErrorCode::format, path_text(kept_[i].file) + " changed its size since the data set was opened.");
    }
    return image;
  }

 private:
  /// A row of the table whose image can be used.
  struct Kept {
    std::size_t row;
    std::filesystem::path file;
    std::string name;
    ImageHeader header;
  };

  /// Points at (mark, mark) are not visible.
  void hide_marked(float mark, DataReport* report) {
    std::size_t hidden = 0;
    for (Landmarks& face : table_.rows) {
      for (std::size_t k = 0; k < face.visible.size(); ++k) {
        if (face.visible[k] == 0 || face.xy[2 * k] != mark || face.xy[2 * k + 1] != mark) continue;
        face.visible[k] = face.xy[2 * k] = face.xy[2 * k + 1] = 0;
        ++hidden;
      }
    }
    if (hidden == 0 && report != nullptr) {
      report->notes.push_back("--missing changes nothing: " + table_.places.front() +
                              " and all rows after it have no point with that number as x and y");
    }
  }

  void find_files(const std::filesystem::path& folder, const DataOptions& options, DataReport* report) {
    ImageFinder finder(folder, options.images);
    std::vector<std::variant<ImageFinder::Found, Error>> found;
    std::unordered_map<std::string, int> faces;  // of each file
    for (const std::string& name : table_.names) {
      try {
        found.emplace_back(finder.find(name));
        ++faces[path_text(std::get<ImageFinder::Found>(found.back()).file)];
      } catch (const Error& e) {
        found.emplace_back(e);
      }
    }
    std::vector<BadImage> bad;
    for (std::size_t row = 0; row < found.size(); ++row) {
      const auto fault = fault_of_image([&] {
        if (const Error* lost = std::get_if<Error>(&found[row])) throw *lost;
        keep(row, std::get<ImageFinder::Found>(std::move(found[row])), faces, options);
      });
      if (fault) bad.push_back({table_.places[row], *fault});
    }
    if (bad.empty()) return;
    const auto lost = [](const BadImage& b) { return b.error.code() == ErrorCode::io; };
    if (kept_.empty() && bad.size() > 1 && std::all_of(bad.begin(), bad.end(), lost)) {
      throw Error(ErrorCode::io, "none of the " + std::to_string(bad.size()) + " images is in " +
                                     path_text(finder.folder()) + " (" + bad[0].place + ": " + bad[0].error.what() +
                                     ") Name their folder with --images DIR.");
    }
    if (!options.skip_bad || kept_.empty()) {
      // Those whose beginning is all right as well, to name all that must be corrected.
      if (!options.skip_bad) {
        for (BadImage& b : unreadable_images(*this)) bad.push_back(std::move(b));
      }
      refuse_bad_images(bad, table_.names.size());
    }
    if (report == nullptr) return;
    for (const BadImage& b : bad) report->skipped.push_back({b.place, b.error.what()});
  }

  void keep(std::size_t row, ImageFinder::Found found, const std::unordered_map<std::string, int>& faces,
            const DataOptions& options) {
    const std::string file = path_text(found.file);
    if (const int count = faces.at(file); count > 1) {
      throw Error(ErrorCode::format,
                  file + " has " + std::to_string(count) +
                      " faces in the table; an image is taken as one face. Cut the faces out first.");
    }
    const ImageHeader header = read_image_header(found.file, options.image);
    if (options.skip_bad) (void)decode_image(found.file, 0, options.image);
    kept_.push_back({row, std::move(found.file), std::move(found.name), header});
  }

  PointsTable table_;
  ImageOptions options_;
  std::vector<Kept> kept_;
};

}  // namespace

DatasetPtr open_faces(const std::filesystem::path& path, const DataOptions& options, DataReport* report) {
  std::error_code status;
  const bool is_folder = std::filesystem::is_directory(path, status);
  const std::filesystem::path file = is_folder || !path.has_extension() ? find_table(path) : path;
  PointsTable table = read_table(file);
  if (report != nullptr) {
    if (is_folder && file != path / "gt.csv") {
      report->notes.push_back(path_text(path) + " has no gt.csv; " +
                              (file == path ? "its .pts files are" : path_text(file.filename()) + " is") + " read");
    }
    report->notes.insert(report->notes.end(), table.notes.begin(), table.notes.end());
  }
  const std::filesystem::path folder = file == path && is_folder ? path : file.parent_path();
  return std::make_shared<FolderDataset>(std::move(table), folder, options, report);
}

}  // namespace fpcpu
