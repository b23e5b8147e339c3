// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fpcpu/search.hpp"
#include "search/sweep_file.hpp"

namespace fpcpu {

/// What the finished trainings in `folder` came to: by mean validation error, settings with a failure last.
[[nodiscard]] std::vector<RankedSetting> rank_settings(const SweepPlan& plan, const std::filesystem::path& folder);

/// rank,name,SETTINGS...,runs,failed,mse100_mean,mse100_spread,nme_mean,nme_spread,seconds_mean
[[nodiscard]] std::string ranking_csv(const std::vector<RankedSetting>& ranking);

}  // namespace fpcpu
