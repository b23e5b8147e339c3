#include "data/folder_dataset.hpp"

#include "core/file.hpp"
#include "data/decode.hpp"
#include "data/points_csv.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

class FolderDataset final : public Dataset {
 public:
  FolderDataset(const std::filesystem::path& file, std::filesystem::path images)
      : table_file_(file), images_(std::move(images)), table_(read_points_csv(file)) {
    headers_.reserve(table_.names.size());
    for (std::size_t i = 0; i < table_.names.size(); ++i) {
      try {
        headers_.push_back(read_image_header(FolderDataset::file(i)));
      } catch (const Error& e) {
        throw Error(e.code(), FolderDataset::place(i) + ": " + e.what());
      }
    }
  }

  std::size_t size() const noexcept override { return table_.names.size(); }
  int points() const noexcept override { return table_.points; }
  const std::string& name(std::size_t i) const override { return table_.names[i]; }
  int width(std::size_t i) const override { return headers_[i].width; }
  int height(std::size_t i) const override { return headers_[i].height; }
  const Landmarks& landmarks(std::size_t i) const override { return table_.rows[i]; }
  const std::vector<std::string>& point_names() const override { return table_.point_names; }
  std::string place(std::size_t i) const override {
    return path_text(table_file_) + " line " + std::to_string(table_.lines[i]);
  }
  std::filesystem::path file(std::size_t i) const override { return images_ / text_path(table_.names[i]); }
  int orientation(std::size_t i) const override { return headers_[i].orientation; }

  Image image(std::size_t i) const override {
    Image image = decode_image(file(i));
    if (image.width != headers_[i].width || image.height != headers_[i].height) {
      throw Error(ErrorCode::format, path_text(file(i)) + " changed its size since the data set was opened.");
    }
    return image;
  }

 private:
  std::filesystem::path table_file_;
  std::filesystem::path images_;
  PointsTable table_;
  std::vector<ImageHeader> headers_;
};

}  // namespace

DatasetPtr open_folder(const std::filesystem::path& dir) { return open_faces(dir / "gt.csv", dir / "images"); }

DatasetPtr open_faces(const std::filesystem::path& csv, const std::filesystem::path& images) {
  return std::make_shared<FolderDataset>(csv, images);
}

}  // namespace fpcpu
