// SPDX-License-Identifier: MIT
#include "data/synth.hpp"

#include <array>
#include <string>

#include "core/file.hpp"
#include "core/rng.hpp"
#include "data/image_write.hpp"
#include "data/synth/cut.hpp"
#include "data/synth/scene.hpp"
#include "data/tables/points_csv.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

constexpr int kLeastSize = 24;
constexpr int kMostSize = 1024;

/// Rendering decisions use stream b = 0 of a face, those about its file b = 1, the cut b = 2.
Rng file_stream(std::uint64_t seed, std::size_t index) { return {seed, RandomUse::synth, index, 1}; }

int face_size(std::uint64_t seed, std::size_t index, int size) {
  if (size != 0) return size;
  static constexpr std::array<int, 8> kMixed = {64, 80, 96, 100, 112, 128, 160, 200};
  return kMixed[file_stream(seed, index).below(static_cast<std::uint32_t>(kMixed.size()))];
}

class SynthDataset final : public Dataset {
 public:
  SynthDataset(std::size_t count, std::uint64_t seed, int size) : seed_(seed) {
    faces_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const int side = face_size(seed, i, size);
      Landmarks marks = synth::scene_points(seed, i, side);
      const synth::Cut cut = size == 0 ? synth::draw_cut(seed, i, side, marks) : synth::Cut{0, 0, side, side};
      for (std::size_t j = 0; j < marks.xy.size(); ++j)
        marks.xy[j] -= static_cast<float>(j % 2 == 0 ? cut.left : cut.top);
      faces_.push_back({side, cut, "synth" + std::to_string(i), std::move(marks)});
    }
  }

  std::size_t size() const noexcept override { return faces_.size(); }
  int points() const noexcept override { return 14; }
  const std::string& name(std::size_t i) const override { return faces_[i].name; }
  int width(std::size_t i) const override { return faces_[i].cut.width; }
  int height(std::size_t i) const override { return faces_[i].cut.height; }
  const Landmarks& landmarks(std::size_t i) const override { return faces_[i].marks; }
  Image image(std::size_t i) const override {
    return synth::crop(synth::render_scene(seed_, i, faces_[i].side), faces_[i].cut);
  }

 private:
  struct FaceEntry {
    int side;
    synth::Cut cut;
    std::string name;
    Landmarks marks;
  };
  std::uint64_t seed_;
  std::vector<FaceEntry> faces_;
};

}  // namespace

DatasetPtr make_synth_dataset(std::size_t count, std::uint64_t seed, int size) {
  if (count == 0) throw Error(ErrorCode::usage, "a synthetic data set needs at least one face.");
  if (size != 0 && (size < kLeastSize || size > kMostSize)) {
    throw Error(ErrorCode::usage, "faces of " + std::to_string(size) + " pixels cannot be made. Give " +
                                      std::to_string(kLeastSize) + " to " + std::to_string(kMostSize) +
                                      ", or 0 for mixed sizes.");
  }
  return std::make_shared<SynthDataset>(count, seed, size);
}

void write_synth_folder(const std::filesystem::path& dir, std::size_t count, std::uint64_t seed, int size,
                        const std::function<void(std::size_t)>& progress) {
  const DatasetPtr data = make_synth_dataset(count, seed, size);
  std::error_code status;
  std::filesystem::create_directories(dir / "images", status);
  if (status) {
    throw Error(ErrorCode::resource, path_text(dir / "images") + " cannot be made (" + status.message() + ").");
  }
  std::vector<std::string> names;
  std::vector<Landmarks> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng = file_stream(seed, i);
    static_cast<void>(rng.bits());  // the size was drawn from it
    const Image image = data->image(i);
    const bool png = rng.chance(0.15F) || image.channels == 1;  // the JPEG writer knows colour only
    const int quality = 72 + static_cast<int>(rng.below(24));
    std::string name = std::to_string(i);
    name.insert(0, name.size() < 5 ? 5 - name.size() : 0, '0');
    name += png ? ".png" : ".jpg";
    write_image(dir / "images" / name, image, quality);
    names.push_back(std::move(name));
    rows.push_back(data->landmarks(i));
    if (progress) progress(i + 1);
  }
  write_points_csv(dir / "gt.csv", names, rows, data->points());
}

}  // namespace fpcpu
