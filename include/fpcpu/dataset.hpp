// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fpcpu/error.hpp"

namespace fpcpu {

/// 8-bit pixels, rows top to bottom, channels interleaved (1 or 3).
struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<std::uint8_t> pixels;
};

/// How image files are read.
struct ImageOptions {
  /// Turn the picture as its EXIF orientation says, as every viewer does; sizes and points are then those of the turned
  /// picture. false: pixels as they are stored.
  bool turn = true;
  /// Width x height that a file may claim; checked before memory is taken for it.
  std::int64_t max_pixels = 50'000'000;
};

/// An image file, and what results call it: its path below the INPUT folder it was found in, with '/'; the INPUT is put
/// before it where two would have one name.
struct ImageFile {
  std::string path;
  std::string name;
};

/// What find_images() found.
struct FoundImages {
  std::vector<ImageFile> images;
  /// Empty, or one line of what was seen and not taken: "left out: 1 WebP image (c.webp); convert it to JPEG or PNG".
  std::string left_out;
  /// Inputs that do not exist, folders that cannot be read or hold no images.
  std::vector<Error> errors;
};

/// The images of files and folders. Folders are walked down, sorted by name; hidden files and folders are skipped, and
/// a folder that is reached again through a link. An image is a file whose name ends in .jpg .jpeg .jpe .jfif .png .bmp
/// or whose first bytes are those of a JPEG, PNG or BMP. A file that is given itself is taken without a look at it.
[[nodiscard]] FoundImages find_images(const std::vector<std::string>& inputs);

/// K points in pixels of their image; the centre of the top-left pixel is (0,0). visible[k] is 0 or 1.
struct Landmarks {
  std::vector<float> xy;  // x1,y1,...,xK,yK
  std::vector<float> visible;
};

/// Numbers that a data set has for every sample beside its points: angles of the head, attributes, weights.
struct OfferedStream {
  std::string name;
  int size = 0;            ///< numbers per sample
  bool per_point = false;  ///< one per point, K: they follow their points when an image is mirrored
};

/// A set of faces with points. Immutable; all members may be called from several threads.
class Dataset {
 public:
  virtual ~Dataset() = default;
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
  [[nodiscard]] virtual int points() const noexcept = 0;
  [[nodiscard]] virtual const std::string& name(std::size_t i) const = 0;  // file name
  [[nodiscard]] virtual int width(std::size_t i) const = 0;                // known without decoding
  [[nodiscard]] virtual int height(std::size_t i) const = 0;
  [[nodiscard]] virtual const Landmarks& landmarks(std::size_t i) const = 0;
  /// Names of the K points; empty where the source only counts them.
  [[nodiscard]] virtual const std::vector<std::string>& point_names() const;
  /// Where sample i was read, for messages: "faces/gt.csv line 17"; its name if it was not read from a table.
  [[nodiscard]] virtual std::string place(std::size_t i) const { return name(i); }
  /// The image file of sample i; empty if there is none.
  [[nodiscard]] virtual std::filesystem::path file(std::size_t) const { return {}; }
  /// EXIF orientation of the image file, 1 (upright) to 8, also where the image was turned by it.
  [[nodiscard]] virtual int orientation(std::size_t) const { return 1; }
  /// What terms of an objective and inputs of a network can name as target streams, in addition to the points.
  [[nodiscard]] virtual std::vector<OfferedStream> streams() const { return {}; }
  /// Writes the numbers of stream `which` (its place in streams()) for sample i; NaN where one is not known.
  virtual void stream(std::size_t /*i*/, std::size_t /*which*/, float* /*out*/) const {}
  /// Decodes or renders image i. @throws Error{format|io} naming the file.
  [[nodiscard]] virtual Image image(std::size_t i) const = 0;
};
using DatasetPtr = std::shared_ptr<const Dataset>;

/// One face of a caller's own data.
struct Face {
  std::string name;
  Image image;
  Landmarks points;
  std::vector<std::vector<float>> streams = {};  ///< the numbers of each offered stream
};

/// A data set from a function: face(i) for i below `size`, called once for every face now and again whenever its pixels
/// are needed, then by several threads. @param point_names  K names, or empty
/// @throws Error{usage} if there are no faces; Error{format} naming the face whose numbers do not fit the first one's.
[[nodiscard]] DatasetPtr make_dataset(std::size_t size, std::function<Face(std::size_t)> face,
                                      std::vector<std::string> point_names = {},
                                      std::vector<OfferedStream> streams = {});

/// How the files of a data set are read.
struct DataOptions {
  ImageOptions image = {};
  std::string images = {};   ///< folder of the images; empty: images/ beside the table, or the table's own folder
  std::string missing = {};  ///< "0", "-1": a point with this number as x and as y is not visible
  bool skip_bad = false;     ///< leaves out rows whose image cannot be read, after decoding every image once
  std::string subset = {};   ///< "500" rows or a part "0.1" of the data, chosen by `seed`; empty: all
  std::uint64_t seed = 1;
};

/// A row that was left out because its image cannot be used.
struct SkippedRow {
  std::string place;  // as Dataset::place
  std::string reason;
};

/// What opening data sets has to tell besides the faces.
struct DataReport {
  std::vector<std::string> notes;  // plain sentences for the user
  std::vector<SkippedRow> skipped;
};

/// Opens `DIR` (gt.csv + images/), a table `FILE.csv` or `synth:N[:SEED]`. Everything that can be checked without
/// decoding pixels is: the table, doubles, that each image exists and its header is readable.
/// @throws Error{io|format} with file and line, one for all broken images; Error{usage} for options without effect.
[[nodiscard]] DatasetPtr open_dataset(const std::string& where, const DataOptions& options = {},
                                      DataReport* report = nullptr);

/// Several sets one after the other; `subset` chooses from all of them together.
[[nodiscard]] DatasetPtr open_datasets(const std::vector<std::string>& places, const DataOptions& options = {},
                                       DataReport* report = nullptr);

/// Several sets one after the other. Their points are brought into one order by name; sets that only count theirs, and
/// sets whose names are numbers, are taken by number, which the report tells.
/// @throws Error{format} when the numbers of points or their names differ.
[[nodiscard]] DatasetPtr concat_datasets(std::vector<DatasetPtr> parts, DataReport* report = nullptr);

/// What DataOptions::subset leaves of `all`, in its order. @throws Error{usage}
[[nodiscard]] DatasetPtr random_part(DatasetPtr all, const DataOptions& options);

/// The samples of `base` at `indices`, in that order.
[[nodiscard]] DatasetPtr subset(DatasetPtr base, std::vector<std::size_t> indices);

/// Permutation of the points under mirroring, derived from the mean shape: mirror x, optimal assignment to the
/// original up to a rotation, an involution with a residual under 20 % of the shape's diagonal / sqrt(K).
/// @throws Error{format} when there is none; the caller then asks for `--mirror`.
[[nodiscard]] std::vector<int> derive_mirror(std::span<const float> mean_shape);

/// Mean over the samples of the visible points as fractions of the image relative to its middle (2K numbers).
[[nodiscard]] std::vector<float> mean_shape(const Dataset& data);

}  // namespace fpcpu
