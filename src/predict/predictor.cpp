// SPDX-License-Identifier: MIT
#include "fpcpu/predictor.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

#include "core/coordinates.hpp"
#include "core/cpu.hpp"
#include "core/file.hpp"
#include "data/bad_images.hpp"
#include "data/decode.hpp"
#include "data/resample.hpp"
#include "fpcpu/error.hpp"
#include "graph/flip_average.hpp"
#include "io/checkpoint.hpp"
#include "io/run_model.hpp"

namespace fpcpu {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMostKeptPixels = 100e6;  // at three bytes each
constexpr std::size_t kMostBatchBytes = std::size_t{256} << 20U;

/// As many of `wanted` images as fit together into kMostBatchBytes, at least one.
int affordable_batch(const Model& model, int wanted, const kernels::KernelTable<float>& kernels, int threads) {
  const Graph folded = fold_for_inference(model.graph, model.params).graph;
  const Plan plan = make_plan(folded, {.training = false, .batch = 1}, kernels);
  const std::size_t one = plan.bytes(threads) + sizeof(float) * model.graph.input_shape().size();
  return std::clamp(static_cast<int>(std::min<std::size_t>(kMostBatchBytes / one, 1U << 20U)), 1, std::max(1, wanted));
}

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace

struct Predictor::Impl {
  Impl(Checkpoint model, const DetectOptions& options)
      : preprocessing(std::move(model.preprocessing)),
        facts(std::move(model.facts)),
        errors(std::move(model.errors)),
        verified(model.verified),
        image_options(options.image),
        pool(options.threads),
        kernels(kernels::choose_table(options.isa.c_str(), parse_precision(options.precision))),
        network(model.graph, model.params, affordable_batch(model, options.batch, kernels, pool.threads()), kernels,
                pool),
        input(static_cast<std::size_t>(network.batch()) * preprocessing.input.size()),
        doubts(static_cast<std::size_t>(network.batch()) * static_cast<std::size_t>(preprocessing.points)) {
    if (is_flip(options.tta)) {
      flip.emplace(preprocessing, network.batch());
    }
  }

  float* slot(std::size_t i) const { return input.data() + i * preprocessing.input.size(); }

  void prepare(const Image& image, std::size_t i) { prepare_image(image, preprocessing, slot(i)); }

  /// Points of the first n images of `input`, as fractions; `doubts` is filled.
  const float* detect(int n) {
    const float* points = network.points(network.run(input.data(), n), n, doubts.data());
    return flip ? flip->run(network, input.data(), points, n) : points;
  }

  /// End of the batch that begins at `begin`. Images that are kept until their points are there must fit into memory
  /// together.
  [[nodiscard]] std::size_t batch_end(const std::vector<ImageFile>& files, std::size_t begin, bool keep) const {
    const std::size_t end = std::min(begin + static_cast<std::size_t>(network.batch()), files.size());
    if (!keep) return end;
    double pixels = 0;
    for (std::size_t i = begin; i < end; ++i) {
      try {
        const ImageHeader header = read_image_header(text_path(files[i].path), image_options);
        pixels += static_cast<double>(header.width) * header.height;
      } catch (const std::exception&) {
        continue;  // decoding will tell
      }
      if (pixels > kMostKeptPixels) return std::max(i, begin + 1);
    }
    return end;
  }

  /// Decodes files [begin, end) into the input and runs those that could be decoded. A result without a file is one
  /// that was not begun, because of `stop`.
  void run_batch(const std::vector<ImageFile>& files, std::size_t begin, std::size_t end,
                 const DetectCallbacks& callbacks, std::vector<Detection>& results) {
    const auto start = Clock::now();
    std::vector<std::uint8_t> good(end - begin, 0);
    std::vector<Image> images(callbacks.image ? end - begin : 0);
    pool.parallel_for(static_cast<int>(end - begin), [&](int index, int) {
      if (callbacks.stop && callbacks.stop()) return;
      const auto i = static_cast<std::size_t>(index);
      Detection& d = results[begin + i];
      d.file = files[begin + i].path;
      d.name = files[begin + i].name;
      try {
        const auto fault = fault_of_image([&] {
          DecodedImage decoded = decode_with_header(text_path(d.file), 0, image_options);
          d.width = decoded.image.width;
          d.height = decoded.image.height;
          d.orientation = decoded.header.orientation;
          prepare(decoded.image, i);
          good[i] = 1;
          if (callbacks.image) images[i] = std::move(decoded.image);
        });
        if (fault) d.error = fault->what();
      } catch (const std::filesystem::filesystem_error& e) {
        d.error = e.what();
      }
    });
    // Broken images leave holes; the network sees only what is there.
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < good.size(); ++i) {
      if (good[i] == 0) continue;
      if (rows.size() != i) std::copy_n(slot(i), preprocessing.input.size(), slot(rows.size()));
      rows.push_back(i);
    }
    if (rows.empty()) return;
    const float* points = detect(static_cast<int>(rows.size()));
    const double share = milliseconds_since(start) / static_cast<double>(rows.size());
    const auto width = static_cast<std::size_t>(2 * preprocessing.points);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      Detection& d = results[begin + rows[r]];
      to_pixels({points + r * width, width}, d.width, d.height, d.points);
      require_finite(d.points, d.file);
      if (!errors.empty()) {
        d.errors.resize(width / 2);
        expect_errors(errors, preprocessing.mean_shape, {points + r * width, width},
                      std::span(doubts).subspan(r * width / 2, width / 2), d.errors);
      }
      d.milliseconds = share;
      if (callbacks.image) callbacks.image(begin + rows[r], std::move(images[rows[r]]), d);
    }
  }

  Preprocessing preprocessing;
  Facts facts;
  ErrorModel errors;
  bool verified;
  ImageOptions image_options;
  ThreadPool pool;
  const kernels::KernelTable<float>& kernels;
  InferenceNetwork network;
  AlignedBuffer<float> input;
  std::vector<float> doubts;
  std::optional<FlipAverage> flip;
};

Predictor::Predictor(const std::string& model, DetectOptions options)
    : impl_(std::make_unique<Impl>(load_checkpoint(model_file_of(text_path(model))), options)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const Preprocessing& Predictor::preprocessing() const noexcept { return impl_->preprocessing; }
const Facts& Predictor::facts() const noexcept { return impl_->facts; }
bool Predictor::verified() const noexcept { return impl_->verified; }
const std::string& Predictor::error_unit() const noexcept { return impl_->errors.unit; }
float Predictor::usual_error() const noexcept { return impl_->errors.usual; }

std::vector<float> Predictor::detect(const Image& image) {
  impl_->prepare(image, 0);
  const float* found = impl_->detect(1);
  std::vector<float> points;
  to_pixels({found, static_cast<std::size_t>(2 * impl_->preprocessing.points)}, image.width, image.height, points);
  require_finite(points, "the image");
  return points;
}

std::vector<Detection> Predictor::detect_files(const std::vector<ImageFile>& files, const DetectCallbacks& callbacks) {
  const auto stop = [&] { return callbacks.stop && callbacks.stop(); };
  std::vector<Detection> results(files.size());
  std::size_t end = 0;
  for (std::size_t begin = 0; begin < files.size() && !stop(); begin = end) {
    end = impl_->batch_end(files, begin, callbacks.image != nullptr);
    impl_->run_batch(files, begin, end, callbacks, results);
    if (callbacks.progress) callbacks.progress(end);
  }
  std::erase_if(results, [](const Detection& d) { return d.file.empty(); });
  return results;
}

std::map<std::string, std::vector<float>> detect(const std::string& model_file, const std::string& image_dir) {
  Predictor predictor(model_file);
  std::map<std::string, std::vector<float>> points;
  const FoundImages found = find_images({image_dir});
  if (!found.errors.empty()) throw found.errors.front();
  for (Detection& d : predictor.detect_files(found.images)) {
    if (!d.error.empty()) throw Error(ErrorCode::format, d.error);
    points[d.name] = std::move(d.points);
  }
  return points;
}

}  // namespace fpcpu
