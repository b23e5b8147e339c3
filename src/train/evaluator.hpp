// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/thread_pool.hpp"
#include "data/loader.hpp"
#include "fpcpu/losses.hpp"
#include "graph/flip_average.hpp"
#include "graph/model.hpp"
#include "train/metrics.hpp"

namespace fpcpu {

/// What a network achieves on a data set.
struct Evaluation {
  std::vector<float> predictions;  // images x 2K, in pixels of the original images
  std::vector<float> doubts;       // images x K, see Head::decode()
  Metrics metrics;
  double loss = 0;  // mean over images, NaN without a loss
};

/// Judges networks on one data set, without augmentation; the loader and its cache serve every epoch.
class Evaluator {
 public:
  /// @param flip  averages with the mirrored images (graph/flip_average.hpp); the loss is that of the images as they
  /// are.
  /// @param nme  the normaliser of the NME (normaliser.hpp).
  /// @throws Error{usage} if flip is asked for and there is no mirror table, or for a normaliser that the data lacks.
  Evaluator(DatasetPtr data, const Preprocessing& preprocessing, int batch, std::size_t cache_mb, ThreadPool& pool,
            bool flip = false, std::string_view nme = "auto");

  /// @param loss may be null. @param progress called with the number of images done so far; may be empty.
  /// @throws Error naming the image that cannot be read.
  Evaluation run(const Model& model, const kernels::KernelTable<float>& kernels, const LossPtr& loss,
                 const std::function<void(std::size_t)>& progress = {});

  [[nodiscard]] const Dataset& data() const noexcept { return *data_; }

 private:
  DatasetPtr data_;
  Preprocessing preprocessing_;
  int batch_;
  std::string nme_;
  ThreadPool& pool_;
  std::optional<FlipAverage> flip_;
  Loader loader_;
};

}  // namespace fpcpu
