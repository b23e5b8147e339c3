// SPDX-License-Identifier: MIT
#include "train/task.hpp"

#include <algorithm>

#include "fpcpu/error.hpp"
#include "optim/grouped_optimizer.hpp"
#include "train/stages.hpp"

namespace fpcpu {

namespace {

std::vector<TermSpec> terms_of(const Recipe& recipe, const TrainOptions& options) {
  if (recipe.terms.empty()) {
    TermSpec term;
    term.loss = options.loss;
    return {term};
  }
  if (options.loss != "auto") {
    throw Error(ErrorCode::usage, "--loss " + options.loss +
                                      ": the network's file has terms of its own; change them "
                                      "there, or leave --loss out.");
  }
  return recipe.terms;
}

void check_outputs(const Graph& graph, const Objective& objective) {
  const std::vector<Output> outputs = graph.outputs();
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const bool is_read = std::any_of(objective.terms().begin(), objective.terms().end(), [&](const Term& term) {
      return std::find(term.outputs.begin(), term.outputs.end(), o) != term.outputs.end();
    });
    if (is_read || !outputs[o].training_only) continue;
    throw Error(ErrorCode::usage, "output '" + outputs[o].name +
                                      "' exists for training only, but no term reads it. "
                                      "Add a [[term]] with outputs = [\"" +
                                      outputs[o].name + "\"], or remove it.");
  }
}

}  // namespace

void check_recipe(const Recipe& recipe, const std::string& where) {
  try {
    check_groups(recipe.groups);
    check_stages(recipe.stages);
  } catch (const Error& error) {
    throw Error(error.code(), where + ": " + error.what());
  }
}

TrainingTask make_task(const NetworkDefinition& network, const TrainOptions& options, const StreamContext& context) {
  std::vector<TargetStream> streams = make_target_streams(network.recipe.streams, context);
  std::vector<StreamShape> shapes;
  for (const TargetStream& stream : streams) shapes.push_back(stream.shape());
  Objective objective(network.graph, terms_of(network.recipe, options), shapes);
  check_outputs(network.graph, objective);
  auto set = std::make_shared<StreamSet>(std::move(streams), network.graph, objective, options.batch);
  return {network.graph, network.recipe, std::move(objective), std::move(set)};
}

TrainingTask make_plain_task(const Graph& graph, const TrainOptions& options) {
  Objective objective(graph, make_loss(options.loss, *graph.head()));
  auto set = std::make_shared<StreamSet>(std::vector<TargetStream>{}, graph, objective, options.batch);
  return {graph, {}, std::move(objective), std::move(set)};
}

}  // namespace fpcpu
