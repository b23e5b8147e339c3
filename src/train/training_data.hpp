// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "data/inspect/finding.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/trainer.hpp"

namespace fpcpu {

/// Training and validation faces of a run, and what opening them has to tell. `val` is null without validation.
struct TrainingData {
  DatasetPtr train = nullptr;
  DatasetPtr val = nullptr;
  DatasetPtr whole = nullptr;  ///< all faces that were given for training, before anything was left out; may be null
  std::vector<Finding> findings = {};  ///< about them, no refusals
  DataReport report = {};
};

/// The training faces of the options, all sets one after the other. @param report may be null.
[[nodiscard]] DatasetPtr open_all(const TrainOptions& options, DataReport* report = nullptr);

/// Gives every note and, in one line, what was left out to `notice`, which may be empty.
void tell(const DataReport& report, const std::function<void(const std::string&)>& notice);

/// Writes skipped.csv into `folder` if rows were left out. @throws Error{resource}
void keep_skipped(const DataReport& report, const std::filesystem::path& folder);

/// Opens, judges and splits the data of a run; the split depends on seed and sizes only. With `fast` a few batches are
/// kept.
/// @throws Error{io|format|usage}; Error{format} as well for what the judgement refuses and options.accept does not
/// accept.
/// @param given replaces options.data when not null. @param judged  by the caller, so that it is not done again.
[[nodiscard]] TrainingData open_training_data(const TrainOptions& options, DatasetPtr given, bool fast,
                                              bool judged = false);

/// The sets of options.data one after the other, judged. `notice` is told the warnings. @throws as open_training_data()
[[nodiscard]] DatasetPtr open_judged(const TrainOptions& options, const std::function<void(const std::string&)>& notice,
                                     DataReport* report = nullptr);

/// Says the warnings among findings, one line each.
void tell_warnings(const std::vector<Finding>& findings, const std::function<void(const std::string&)>& notice);

/// A callback that hands on every text once only: several trainings on the same faces find the same.
[[nodiscard]] std::function<void(const std::string&)> once(std::function<void(const std::string&)> notice);

/// 0 ... n - 1 in random order.
[[nodiscard]] std::vector<std::size_t> random_order(std::size_t n, Rng rng);

/// Training faces to judge like the validation faces: as many as these, at most 500, evenly spread over the training
/// set. Null without validation.
[[nodiscard]] DatasetPtr fit_faces(const TrainingData& data);

}  // namespace fpcpu
