// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <string>

#include "cli/command.hpp"
#include "cli/error_line.hpp"
#include "cli/interrupt.hpp"
#include "cli/live_line.hpp"
#include "cli/standard_streams.hpp"
#include "cli/synonyms.hpp"
#include "cli/terminal_text.hpp"
#include "core/nearest.hpp"
#include "core/version.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::cli {

namespace {

constexpr std::array<Command, 12> kCommands = {{
    {"train", "train a detector on a folder of faces", run_train},
    {"detect", "find the points in images", run_detect},
    {"eval", "measure a model or a prediction file against the truth", run_eval},
    {"inspect", "check a data set before training", run_inspect},
    {"augment", "draw what training does to faces", run_augment},
    {"compare", "training runs side by side", run_compare},
    {"synth", "write a folder of procedural faces with points", run_synth},
    {"lr-find", "find a learning rate for a training", run_lr_find},
    {"kfold", "cross-validation: every image judged by a model not trained on it", run_kfold},
    {"sweep", "train with many settings and rank them", run_sweep},
    {"info", "this program and machine, or a model file", run_info},
    {"plan", "how a network is executed", run_plan},
}};

constexpr const char* kExamples = R"(
Examples:
  fpcpu train                                       # the default model on built-in faces
  fpcpu train --data faces --epochs 40 --out run    # faces/gt.csv and faces/images/
  fpcpu detect run/model.safetensors photos --out points.csv --draw pictures
  fpcpu eval run/model.safetensors --data test
  fpcpu train --fast                                # does training work here? writes nothing

fpcpu COMMAND --help shows the options of a command.
)";

void print_overview(std::FILE* out) {
  std::fprintf(out, "fpcpu %s: trains and runs facial-landmark detectors on CPUs\n\nUsage: fpcpu COMMAND [options]\n\n",
               std::string(kVersion).c_str());
  for (const Command& c : kCommands) {
    std::fprintf(out, "  %-8s %s\n", std::string(c.name).c_str(), std::string(c.summary).c_str());
  }
  std::fputs(fit_help(kExamples, text_columns(1)).c_str(), out);
}

int dispatch(const std::vector<std::string_view>& arguments) {
  if (arguments.empty()) {
    print_overview(stdout);
    return kDone;
  }
  const std::string_view name = arguments.front();
  if (name == "--version") {
    std::printf("fpcpu %s\n", std::string(kVersion).c_str());
    return kDone;
  }
  if (name == "--help" || name == "-h" || name == "help") {
    print_overview(stdout);
    return kDone;
  }
  std::vector<std::string_view> names;
  for (const Command& c : kCommands) {
    if (c.name == name) return c.run({arguments.begin() + 1, arguments.end()});
    names.push_back(c.name);
  }
  if (const std::string hint = command_hint(name); !hint.empty()) {
    throw Error(ErrorCode::usage, "no command '" + std::string(name) + "'. Did you mean " + hint + "?");
  }
  throw Error(ErrorCode::usage, "no command '" + std::string(name) + "'." + suggest(name, names));
}

int guarded(const std::vector<std::string_view>& arguments) {
  report_before_terminating();
  try {
    return dispatch(arguments);
  } catch (...) {
    return report(std::current_exception());
  }
}

}  // namespace

}  // namespace fpcpu::cli

int main(int argc, char** argv) {
  fpcpu::cli::report_file_size_limit();
  fpcpu::cli::prepare_standard_streams();
  return fpcpu::cli::finish_standard_output(fpcpu::cli::guarded({argv + 1, argv + argc}));
}
