// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "fpcpu/objective.hpp"
#include "fpcpu/train_options.hpp"
#include "graph/objective.hpp"
#include "io/model_file.hpp"
#include "streams/stream_set.hpp"

namespace fpcpu {

/// A network and what it is taught: everything a learner needs to know of a recipe, with all names resolved.
struct TrainingTask {
  Graph graph;
  Recipe recipe;
  Objective objective;
  std::shared_ptr<StreamSet> streams;
};

/// What can be wrong with the groups and stages of a recipe whatever the run; names of terms and parameters are looked
/// at where the file is read. @param where  begins the message. @throws Error{usage}
void check_recipe(const Recipe& recipe, const std::string& where);

/// The task of a recipe; without terms it is options.loss on the main output.
/// @throws Error{usage|shape|io|format} for names, sizes and files that do not fit; Error{usage} if options.loss is not
/// "auto" beside terms of the recipe, or an output for training only is read by no term.
[[nodiscard]] TrainingTask make_task(const NetworkDefinition& network, const TrainOptions& options,
                                     const StreamContext& context);

/// The task of a network without target streams: options.loss on its main output.
[[nodiscard]] TrainingTask make_plain_task(const Graph& graph, const TrainOptions& options);

}  // namespace fpcpu
