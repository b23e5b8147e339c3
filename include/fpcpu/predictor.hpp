// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"
#include "fpcpu/model.hpp"

namespace fpcpu {

struct DetectOptions {
  int threads = 0;                 ///< 0 = all cores
  std::string isa;                 ///< empty = FPCPU_ISA or the fastest
  std::string precision = "fp32";  ///< or "bf16", where this machine has it
  int batch = 16;                  ///< images that go through the network together
  std::string tta = "none";        ///< or "flip": the mean with what is found in the mirrored image, for twice the time
  ImageOptions image;              ///< turning by EXIF, limit of size
};

/// Points found in one image file, or why there are none.
struct Detection {
  std::string file;  // its path
  std::string name;  // what results call it
  int width = 0;
  int height = 0;
  int orientation = 1;        // EXIF; width, height and points are those of the turned image if DetectOptions say so
  std::vector<float> points;  // x1,y1,...,xK,yK in pixels of the image; empty if it failed
  std::vector<float> errors;  // how far off each point is expected to be, % of Predictor::error_unit(); may be empty
  double milliseconds = 0;    // decoding and network, this image's share of its batch
  std::string error;
};

/// How the caller follows and stops detect_files(). All may be empty.
struct DetectCallbacks {
  /// Asked between images, from several threads; true = return what is finished.
  std::function<bool()> stop;
  /// Called with the number of files finished so far.
  std::function<void(std::size_t)> progress;
  /// Called from the calling thread with the number of a file and its image, once its points are there.
  std::function<void(std::size_t file, Image image, const Detection& found)> image;
};

/// A model file made ready for use.
class Predictor {
 public:
  /// @param model  a model file, or the folder of a run (its model.safetensors).
  /// @throws Error{io|format} if the file is no model of this program; Error{usage} for an unknown name in the options,
  /// or for tta "flip" with a model that does not know which of its points swap in a mirror.
  explicit Predictor(const std::string& model, DetectOptions options = {});
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  [[nodiscard]] const Preprocessing& preprocessing() const noexcept;
  [[nodiscard]] const Facts& facts() const noexcept;
  /// True if the file has checksums of its weights, which were right; files of older versions have none.
  [[nodiscard]] bool verified() const noexcept;

  /// What Detection::errors are relative to, such as "inter-ocular"; empty if the model has no idea of its errors, as
  /// those of older versions or trained without validation faces.
  [[nodiscard]] const std::string& error_unit() const noexcept;
  /// The mean error on the faces that the model was validated on, in the same unit; 0 if it has no idea.
  [[nodiscard]] float usual_error() const noexcept;

  /// 2K coordinates in pixels of the image. @throws Error{numeric} if one is not finite.
  [[nodiscard]] std::vector<float> detect(const Image& image);

  /// All files, in order; a broken one does not stop the others.
  /// @throws Error{numeric} naming the image for which a coordinate is not finite; Error{resource}.
  [[nodiscard]] std::vector<Detection> detect_files(const std::vector<ImageFile>& files,
                                                    const DetectCallbacks& callbacks = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The two-argument form: name (see ImageFile) -> 2K coordinates for every image of a folder.
/// @throws Error{io|format} naming the folder or the first image that cannot be read.
[[nodiscard]] std::map<std::string, std::vector<float>> detect(const std::string& model_file,
                                                               const std::string& image_dir);

}  // namespace fpcpu
