#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.hpp"
#include "fpcpu/trainer.hpp"
#include "train/config.hpp"

namespace fpcpu::cli {

/// --config and every option of a training, for all commands that train. Options in `without` mean nothing to the
/// command and are not offered.
void add_train_options(Arguments& arguments, std::span<const std::string_view> without = {});

/// One of them. @param defaults  what holds when it is not given; the help says so
void add_train_option(Arguments& arguments, const ConfigKey& key, const TrainOptions& defaults);

/// --resume RUN. It excludes --config and all options of a training: the run has its own.
void add_resume_option(Arguments& arguments, const std::string& help);

/// The options of a training: configuration file first, then the command line.
/// @throws Error{usage} for a positional argument, a bad value, or options beside --resume.
[[nodiscard]] TrainOptions read_train_options(const Arguments& arguments);

/// --threads, --isa, and --out and --resume if the command has them.
[[nodiscard]] RunOptions read_run_options(const Arguments& arguments);

}  // namespace fpcpu::cli
