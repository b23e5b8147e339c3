// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <memory>

#include "train/evaluator.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

/// What an epoch's weights achieve on new faces and, judged the same way, on as many they have learned from. NaN and
/// empty without validation faces.
struct Judgement {
  Evaluation val;
  double fit_mse100 = std::numeric_limits<double>::quiet_NaN();
};

/// Judges the weights of a run epoch by epoch, in inference mode and without augmentation.
class Judge {
 public:
  /// Part of the image cache that the validation faces get, and that of the training faces judged like these.
  static constexpr std::size_t kValidationShare = 5;
  static constexpr std::size_t kFitShare = 10;

  /// @param cache_mb  of the whole run. @param phase  told what is judged and how far it is; may be empty.
  /// @param nme  what the NME divides by
  Judge(const TrainingData& data, const Preprocessing& preprocessing, int batch, std::size_t cache_mb,
        const kernels::KernelTable<float>& kernels, LossPtr loss, ThreadPool& pool, const std::string& nme,
        std::function<void(const PhaseProgress&)> phase);

  /// Part of the image cache that is left for the training itself.
  [[nodiscard]] static std::size_t cache_left(const TrainingData& data, std::size_t cache_mb);

  /// False without validation faces: there is nothing to judge on.
  [[nodiscard]] bool has_faces() const noexcept { return val_ != nullptr; }
  [[nodiscard]] const Dataset& faces() const noexcept { return val_->data(); }
  [[nodiscard]] Judgement epoch(const Model& model);
  /// On the validation faces only. @param what  it is for, as the phase is called
  [[nodiscard]] Evaluation on_new_faces(const Model& model, const char* what);
  /// Spent so far.
  [[nodiscard]] double seconds() const noexcept { return seconds_; }

 private:
  [[nodiscard]] Evaluation run(Evaluator& evaluator, const Model& model, const char* what);

  const kernels::KernelTable<float>& kernels_;
  LossPtr loss_;
  std::function<void(const PhaseProgress&)> phase_;
  std::unique_ptr<Evaluator> val_;
  std::unique_ptr<Evaluator> fit_;
  double seconds_ = 0;
};

}  // namespace fpcpu
