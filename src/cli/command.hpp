// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace fpcpu::cli {

/// Exit codes of the process (interface: exit codes).
enum Exit : int {
  kDone = 0,
  kUsage = 2,
  kData = 3,
  kNumeric = 4,
  kResource = 5,
  kBug = 70,
  kInterrupted = 130,
};

/// One subcommand, in a file of its own. `arguments` begin after its name.
struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const std::vector<std::string_view>& arguments);
};

int run_train(const std::vector<std::string_view>& arguments);
int run_detect(const std::vector<std::string_view>& arguments);
int run_eval(const std::vector<std::string_view>& arguments);
int run_augment(const std::vector<std::string_view>& arguments);
int run_synth(const std::vector<std::string_view>& arguments);
int run_lr_find(const std::vector<std::string_view>& arguments);
int run_kfold(const std::vector<std::string_view>& arguments);
int run_sweep(const std::vector<std::string_view>& arguments);
int run_inspect(const std::vector<std::string_view>& arguments);
int run_info(const std::vector<std::string_view>& arguments);
int run_compare(const std::vector<std::string_view>& arguments);
int run_plan(const std::vector<std::string_view>& arguments);

}  // namespace fpcpu::cli
