// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/arguments.hpp"
#include "fpcpu/trainer.hpp"
#include "options/config.hpp"

namespace fpcpu::cli {

/// --config and every option of a training, for all commands that train. Options in `without` mean nothing to the
/// command and are not offered.
void add_train_options(Arguments& arguments, std::span<const std::string_view> without = {});

/// One of them. @param defaults  what holds when it is not given; the help says so
void add_train_option(Arguments& arguments, const ConfigKey& key, const TrainOptions& defaults);

/// --resume RUN. It excludes --config and the options of a training: the run has its own.
void add_resume_option(Arguments& arguments, const std::string& help);

/// The options that a resumed training takes beside --resume, as they were given.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> read_changes(const Arguments& arguments);

/// The options of a training: configuration file first, then the command line.
/// @param changes_too  options of read_changes() may stand beside --resume
/// @throws Error{usage} for a positional argument, a bad value, or options beside --resume.
[[nodiscard]] TrainOptions read_train_options(const Arguments& arguments, bool changes_too = false);

/// --threads, --isa, and --out and --resume if the command has them.
[[nodiscard]] RunOptions read_run_options(const Arguments& arguments);

}  // namespace fpcpu::cli
