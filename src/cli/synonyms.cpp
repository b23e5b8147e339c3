// SPDX-License-Identifier: MIT
#include "cli/synonyms.hpp"

#include <algorithm>
#include <array>

namespace fpcpu::cli {

namespace {

/// `means` is the option here, with its dashes, or a sentence where there is none.
struct Synonym {
  std::string_view name;
  std::string_view means;
};

constexpr std::array<Synonym, 19> kCommands = {{
    {"predict", "fpcpu detect"},
    {"infer", "fpcpu detect"},
    {"inference", "fpcpu detect"},
    {"run", "fpcpu detect"},
    {"test", "fpcpu eval"},
    {"val", "fpcpu eval"},
    {"validate", "fpcpu eval"},
    {"evaluate", "fpcpu eval"},
    {"score", "fpcpu eval"},
    {"fit", "fpcpu train"},
    {"finetune", "fpcpu train"},
    {"resume", "fpcpu train --resume RUN"},
    {"summary", "fpcpu info MODEL"},
    {"show", "fpcpu info MODEL"},
    {"generate", "fpcpu synth"},
    {"cross-validate", "fpcpu kfold"},
    {"cv", "fpcpu kfold"},
    {"benchmark", "the program fpcpu_bench"},
    {"bench", "the program fpcpu_bench"},
}};

constexpr std::string_view kNoDevice = "there is nothing to choose: fpcpu runs on the CPU; --threads and --isa say how";
constexpr std::string_view kArgument = "give it without an option, after the command";

constexpr std::array<Synonym, 62> kOptions = {{
    {"learning-rate", "--lr"},
    {"lr0", "--lr"},
    {"lr-schedule", "--schedule"},
    {"lr-scheduler", "--schedule"},
    {"scheduler", "--schedule"},
    {"warmup-epochs", "--warmup"},
    {"batch-size", "--batch"},
    {"bs", "--batch"},
    {"num-epochs", "--epochs"},
    {"n-epochs", "--epochs"},
    {"max-epochs", "--epochs"},
    {"iterations", "--epochs"},
    {"img-size", "--input-size"},
    {"imgsz", "--input-size"},
    {"image-size", "--input-size"},
    {"resolution", "--input-size"},
    {"image-size", "--size"},
    {"workers", "--threads"},
    {"num-workers", "--threads"},
    {"jobs", "--threads"},
    {"cpus", "--threads"},
    {"optim", "--optimizer"},
    {"opt", "--optimizer"},
    {"criterion", "--loss"},
    {"wd", "--weight-decay"},
    {"decay", "--weight-decay"},
    {"grad-clip", "--clip"},
    {"clip-grad", "--clip"},
    {"early-stopping", "--patience"},
    {"augmentation", "--augment"},
    {"aug", "--augment"},
    {"fp16", "--precision"},
    {"half", "--precision"},
    {"amp", "--precision"},
    {"dtype", "--precision"},
    {"network", "--model"},
    {"arch", "--model"},
    {"backbone", "--model"},
    {"dataset", "--data"},
    {"data-dir", "--data"},
    {"train-data", "--data"},
    {"val-data", "--val"},
    {"validation", "--val"},
    {"output", "--out"},
    {"output-dir", "--out"},
    {"save-dir", "--out"},
    {"cfg", "--config"},
    {"random-seed", "--seed"},
    {"n-splits", "--folds"},
    {"visualize", "--draw"},
    {"vis", "--draw"},
    {"plot", "--draw"},
    {"force", "--overwrite"},
    {"yes", "--overwrite"},
    {"predictions", "--pred"},
    {"weights", kArgument},
    {"checkpoint", kArgument},
    {"model", kArgument},
    {"source", kArgument},
    {"device", kNoDevice},
    {"gpu", kNoDevice},
    {"cuda", kNoDevice},
}};

}  // namespace

std::string command_hint(std::string_view name) {
  const auto* found =
      std::find_if(kCommands.begin(), kCommands.end(), [&](const Synonym& s) { return s.name == name; });
  return found == kCommands.end() ? std::string() : std::string(found->means);
}

std::string option_hint(std::string_view option, const std::vector<std::string>& known) {
  const std::string_view name = option.substr(std::min<std::size_t>(2, option.size()));
  const bool trains = std::find(known.begin(), known.end(), "--epochs") != known.end();
  for (const Synonym& s : kOptions) {
    if (s.name != name) continue;
    if (s.means.starts_with("--")) {
      if (std::find(known.begin(), known.end(), s.means) != known.end()) return std::string(s.means);
    } else if (s.means != kArgument) {
      return std::string(s.means);
    } else {
      // A training starts from nothing, or goes on.
      return std::string(trains ? std::string_view("--resume RUN, which goes on with a run") : s.means);
    }
  }
  return {};
}

}  // namespace fpcpu::cli
