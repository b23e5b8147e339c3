// SPDX-License-Identifier: MIT
#include <cstdio>

#include "cli/arguments.hpp"
#include "cli/chosen_kernels.hpp"
#include "cli/command.hpp"
#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/checkpoint.hpp"
#include "io/model_file.hpp"
#include "io/run_model.hpp"
#include "train/task.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kPlanExamples = R"(
Examples:
  fpcpu plan small                         # inference
  fpcpu plan bn --train --batch 32
  fpcpu plan runs/train/model.safetensors
)";

Graph load_graph(const std::string& model) {
  if (model.ends_with(".toml")) {
    NetworkDefinition network = load_model_file(model, {});
    check_recipe(network.recipe, model);
    return std::move(network.graph);
  }
  const std::filesystem::path path = text_path(model);
  if (model.ends_with(".safetensors") || is_run(path)) return load_checkpoint(model_file_of(path)).graph;
  return make_network(model, {});
}

}  // namespace

int run_plan(const std::vector<std::string_view>& arguments) {
  Arguments a("plan", "plan MODEL|NAME [options]",
              "Shows how a network is executed: steps, segments, memory, bytes moved.", kPlanExamples);
  a.option("batch", "N", "images of a batch (32 with --train, else 1)", "plan");
  a.flag("train", "the training plan: forward and backward", "plan");
  a.precision_option();
  if (!a.parse(arguments)) return kDone;
  if (a.positional().size() != 1) {
    throw Error(ErrorCode::usage, "fpcpu plan needs one model: a name, a .toml or .safetensors file, or a run.");
  }
  const auto& table = chosen_kernels(a);
  const Graph graph = load_graph(a.positional().front());
  const ParamLayout layout(graph);
  PlanOptions options;
  options.training = a.has("train");
  options.batch = static_cast<int>(a.integer("batch", options.training ? 32 : 1, 1, 65536));
  const Graph executed =
      options.training ? fuse_for_training(graph) : fold_for_inference(graph, Params<float>(layout)).graph;
  std::fputs(describe_plan(executed, make_plan(executed, options, table), layout).c_str(), stdout);
  return kDone;
}

}  // namespace fpcpu::cli
