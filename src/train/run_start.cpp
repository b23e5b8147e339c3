// SPDX-License-Identifier: MIT
#include "train/run_start.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <utility>

#include "core/cpu.hpp"
#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "options/config.hpp"
#include "train/checkpoint_files.hpp"
#include "train/setup.hpp"

namespace fpcpu {

namespace {

/// What does not change the figures of an epoch that is done, and how many there are to be.
constexpr std::string_view kChangeable[] = {"data",     "val",   "images", "epochs", "time", "checkpoint-every",
                                            "cache-mb", "accept"};

/// Combinations that would be ignored otherwise.
void check_run(const RunOptions& run) {
  if (run.fast && (!run.resume.empty() || !run.out.empty())) {
    throw Error(ErrorCode::usage, "--fast writes nothing; leave --out and --resume out.");
  }
  if (!run.resume.empty() && !run.out.empty()) {
    throw Error(ErrorCode::usage, "--resume goes on in the folder of the run; leave --out out.");
  }
  if (run.resume.empty() && (run.changed_data || !run.changes.empty())) {
    throw Error(ErrorCode::usage, "changes and changed data are for a run to --resume.");
  }
}

void change(TrainOptions& options, const std::vector<std::pair<std::string, std::string>>& changes) {
  bool data_seen = false;
  for (const auto& [name, value] : changes) {
    if (!may_change(name)) {
      throw Error(ErrorCode::usage, "--resume takes its options from the run; leave --" + name + " out.");
    }
    if (name == "data" && !data_seen) options.data.clear();
    data_seen = data_seen || name == "data";
    std::string key = name;
    std::replace(key.begin(), key.end(), '-', '_');
    set_option(options, *find_config_key(key), value);
  }
}

}  // namespace

bool may_change(std::string_view option) {
  return std::find(std::begin(kChangeable), std::end(kChangeable), option) != std::end(kChangeable);
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

RunStart begin_run(const TrainOptions& options, const RunOptions& run) {
  check_run(run);
  RunStart start;
  start.run = run;
  start.options = options;
  start.places = places_of(options);
  if (run.resume.empty()) {
    if (!run.out.empty()) RunFolder::check_free(run.out);
    return start;
  }
  const std::filesystem::path path = RunFolder::of(run.resume);
  start.run.resume = path_text(path);
  start.options = {};
  const bool begun = RunFolder::has_begun(path) && std::filesystem::exists(path / "config.toml");
  if (!begun) start.folder.emplace(RunFolder::open(run.resume));
  read_config(path / "config.toml", start.options);
  find_model_file(start.options, path);
  start.planned_epochs = start.options.epochs;
  change(start.options, run.changes);
  if (begun) {
    start.findings.push_back(path_text(path) + " was stopped before its first checkpoint; the training begins again");
    start.run.out = start.run.resume;
    start.run.resume.clear();
    start.places = places_of(start.options);
    return start;
  }
  if (!start.folder->finding().empty()) start.findings.push_back(start.folder->finding());
  NewestCheckpoint newest = load_newest(*start.folder);
  if (!newest.notice.empty()) start.findings.push_back(newest.notice);
  start.checkpoint.emplace(std::move(newest.checkpoint));
  const auto moved = [&](const char* option) {
    return std::any_of(run.changes.begin(), run.changes.end(), [&](const auto& c) { return c.first == option; });
  };
  start.places = places_of(start.options, start.checkpoint->state);
  const Places typed = places_of(start.options);
  if (moved("data")) start.places.data = typed.data;
  if (moved("val")) start.places.val = typed.val;
  if (moved("images")) start.places.images = typed.images;
  return start;
}

}  // namespace fpcpu
