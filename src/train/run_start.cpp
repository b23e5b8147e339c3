#include "train/run_start.hpp"

#include <cstdlib>

#include "core/cpu.hpp"
#include "fpcpu/error.hpp"
#include "train/config.hpp"
#include "train/run_folder.hpp"

namespace fpcpu {

double usual_lr(const std::string& optimizer) {
  if (optimizer == "sgd" || optimizer == "nesterov") return 1e-4;
  return optimizer == "rmsprop" ? 5e-4 : 2e-3;
}

void check_run(const RunOptions& run) {
  if (run.fast && (!run.resume.empty() || !run.out.empty())) {
    throw Error(ErrorCode::usage, "--fast writes nothing; leave --out and --resume out.");
  }
  if (!run.resume.empty() && !run.out.empty()) {
    throw Error(ErrorCode::usage, "--resume goes on in the folder of the run; leave --out out.");
  }
}

const kernels::KernelTable<float>& choose_kernels(const RunOptions& run, const std::optional<Checkpoint>& resumed,
                                                  Precision precision) {
  if (!run.isa.empty() || !resumed || std::getenv("FPCPU_ISA") != nullptr)
    return kernels::choose_table(run.isa.c_str(), precision);
  const auto made_with = resumed->facts.find("precision");
  if (made_with != resumed->facts.end()) {
    try {
      precision = parse_precision(made_with->second);
    } catch (const Error& e) {
      throw Error(ErrorCode::format, run.resume + "/last.safetensors: " + e.what());
    }
  }
  const auto other = [](const std::string& what) {
    return Error(ErrorCode::usage,
                 "the run was made with " + what + ". Give --isa NAME to go on with the bits of this machine.");
  };
  const kernels::KernelTable<float>* table = nullptr;
  try {
    table = &kernels::choose_table(resumed->facts.at("isa").c_str(), precision);
  } catch (const Error& e) {
    throw other(std::string("another instruction set (") + e.what() + ")");
  }
  if (table->precision != precision) {
    throw other("precision " + std::string(to_string(precision)) + ", which this machine does not have");
  }
  return *table;
}

std::optional<Checkpoint> load_run(const RunOptions& run) {
  if (run.resume.empty()) return std::nullopt;
  return load_checkpoint(RunFolder::open(run.resume).last());
}

TrainOptions options_of(TrainOptions given, const RunOptions& run) {
  if (run.resume.empty()) return given;
  TrainOptions options;
  read_config(RunFolder::open(run.resume).config(), options);
  return options;
}

}  // namespace fpcpu
