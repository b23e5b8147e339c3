// SPDX-License-Identifier: MIT
#include <utility>

#include "core/foreign_text.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

/// Everything but the pixels is kept; those are asked for anew.
class CallbackDataset final : public Dataset {
 public:
  CallbackDataset(std::size_t size, std::function<Face(std::size_t)> face, std::vector<std::string> point_names,
                  std::vector<OfferedStream> streams)
      : face_(std::move(face)), point_names_(std::move(point_names)), streams_(std::move(streams)) {
    for (std::size_t i = 0; i < size; ++i) {
      Face one = face_(i);
      check(one, i);
      one.image.pixels.clear();
      one.image.pixels.shrink_to_fit();
      faces_.push_back(std::move(one));
    }
    if (faces_.empty()) throw Error(ErrorCode::usage, "a data set needs at least one face.");
  }

  std::size_t size() const noexcept override { return faces_.size(); }
  int points() const noexcept override { return static_cast<int>(faces_.front().points.visible.size()); }
  const std::string& name(std::size_t i) const override { return faces_[i].name; }
  int width(std::size_t i) const override { return faces_[i].image.width; }
  int height(std::size_t i) const override { return faces_[i].image.height; }
  const Landmarks& landmarks(std::size_t i) const override { return faces_[i].points; }
  const std::vector<std::string>& point_names() const override { return point_names_; }
  std::vector<OfferedStream> streams() const override { return streams_; }
  void stream(std::size_t i, std::size_t which, float* out) const override {
    const std::vector<float>& values = faces_[i].streams[which];
    std::copy(values.begin(), values.end(), out);
  }
  Image image(std::size_t i) const override {
    Face face = face_(i);
    check(face, i);
    if (face.image.width != faces_[i].image.width || face.image.height != faces_[i].image.height) {
      fail(face, i, "its image has another size than before");
    }
    return std::move(face.image);
  }

 private:
  [[noreturn]] static void fail(const Face& face, std::size_t i, const std::string& what) {
    throw Error(ErrorCode::format, "face " + std::to_string(i) + " '" + excerpt(face.name) + "': " + what + ".");
  }

  void check(const Face& face, std::size_t i) const {
    const Image& image = face.image;
    const auto pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    const bool is_image = image.width > 0 && image.height > 0 && (image.channels == 1 || image.channels == 3) &&
                          image.pixels.size() == pixels * static_cast<std::size_t>(image.channels);
    if (!is_image) fail(face, i, "its image is not width x height x 1 or 3 bytes");
    const std::size_t points = face.points.visible.size();
    if (points == 0 || face.points.xy.size() != 2 * points) fail(face, i, "it needs x and y of every point");
    if (!faces_.empty() && points != faces_.front().points.visible.size()) {
      fail(face, i, "it has another number of points than the first");
    }
    if (!point_names_.empty() && point_names_.size() != points) fail(face, i, "there is not one name for each point");
    if (face.streams.size() != streams_.size()) fail(face, i, "it does not have every stream");
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      if (face.streams[s].size() == static_cast<std::size_t>(streams_[s].size)) continue;
      fail(face, i,
           "stream '" + excerpt(streams_[s].name) + "' has " + std::to_string(face.streams[s].size()) +
               " numbers, expected " + std::to_string(streams_[s].size));
    }
  }

  std::function<Face(std::size_t)> face_;
  std::vector<std::string> point_names_;
  std::vector<OfferedStream> streams_;
  std::vector<Face> faces_;
};

}  // namespace

DatasetPtr make_dataset(std::size_t size, std::function<Face(std::size_t)> face, std::vector<std::string> point_names,
                        std::vector<OfferedStream> streams) {
  return std::make_shared<CallbackDataset>(size, std::move(face), std::move(point_names), std::move(streams));
}

}  // namespace fpcpu
