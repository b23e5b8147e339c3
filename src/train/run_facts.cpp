// SPDX-License-Identifier: MIT
#include "train/run_facts.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "core/cpu.hpp"
#include "core/version.hpp"
#include "optim/saved_state.hpp"

namespace fpcpu {

Facts run_facts(const TrainOptions& options, const TrainingData& data, const kernels::KernelTable<float>& kernels,
                const EpochResult& r) {
  Facts f;
  f["version"] = kVersion;
  f["model"] = std::filesystem::path(options.model).filename().string();
  f["loss"] = options.loss;
  f["optimizer"] = options.optimizer;
  f["augment"] = options.augment;
  f["seed"] = std::to_string(options.seed);
  f["epoch"] = std::to_string(r.epoch);
  f["epochs"] = std::to_string(options.epochs);
  f["train_images"] = std::to_string(data.train->size());
  f["val_images"] = std::to_string(data.val ? data.val->size() : 0);
  f["isa"] = to_string(kernels.isa);
  f["precision"] = to_string(kernels.precision);
  for (const std::string& d : options.data) f["data"] += (f["data"].empty() ? "" : " ") + d;
  if (!std::isnan(r.val_mse100)) {
    saved_state::put(f, "val_mse100", r.val_mse100);
    saved_state::put(f, "val_nme", r.val_nme);
    f["nme_by"] = r.nme_by;
  }
  return f;
}

std::string describe_data(const TrainingData& data) {
  return std::to_string(data.train->size()) + " training faces, " + std::to_string(data.val ? data.val->size() : 0) +
         " for validation, " + std::to_string(data.train->points()) + " points";
}

std::string describe_machine(const std::string& model, const Graph& graph, const kernels::KernelTable<float>& kernels,
                             int threads) {
  const ParamLayout layout(graph);
  char size[100];
  std::snprintf(size, sizeof(size), "%.2f M parameters, %.0f MFLOP per training image",
                static_cast<double>(layout.parameter_count()) / 1e6, graph.training_flops() / 1e6);
  return model + ", input " + to_string(graph.input_shape()) + ", " + size + "; " + cpu_name() + ", " +
         kernels::describe(kernels) + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

}  // namespace fpcpu
