// SPDX-License-Identifier: MIT
#include "search/sweep_ranking.hpp"

#include <algorithm>
#include <set>

#include "core/file.hpp"
#include "core/number_text.hpp"
#include "data/tables/csv_reader.hpp"
#include "search/complete_run.hpp"
#include "search/mean_spread.hpp"

namespace fpcpu {

std::vector<RankedSetting> rank_settings(const SweepPlan& plan, const std::filesystem::path& folder) {
  std::vector<RankedSetting> ranking;
  for (std::size_t s = 0; s < plan.settings.size(); ++s) {
    RankedSetting r;
    r.name = plan.settings[s].name;
    r.settings = plan.settings[s].values;
    std::vector<double> mse100;
    std::vector<double> nme;
    std::vector<double> seconds;
    std::set<std::string> nme_by;
    for (const SweepRun& run : plan.runs) {
      if (run.setting != s) continue;
      const auto outcome = load_outcome(folder / run.name);
      if (!outcome) continue;
      if (!outcome->failure.empty()) {
        r.failures.push_back(outcome->failure);
        continue;
      }
      r.runs.push_back(path_text(folder / run.name));
      mse100.push_back(outcome->val_mse100);
      nme.push_back(outcome->val_nme);
      nme_by.insert(outcome->nme_by);
      seconds.push_back(outcome->seconds);
    }
    if (r.runs.empty() && r.failures.empty()) continue;
    r.mse100 = mean_spread(mse100);
    r.nme = mean_spread(nme);
    if (nme_by.size() == 1) r.nme_by = *nme_by.begin();
    r.seconds = mean_spread(seconds);
    ranking.push_back(std::move(r));
  }
  std::stable_sort(ranking.begin(), ranking.end(), [](const RankedSetting& a, const RankedSetting& b) {
    if (a.failures.empty() != b.failures.empty()) return a.failures.empty();
    if (a.runs.empty() != b.runs.empty()) return !a.runs.empty();
    return a.mse100.mean < b.mse100.mean;
  });
  return ranking;
}

std::string ranking_csv(const std::vector<RankedSetting>& ranking) {
  std::string text = "rank,name";
  if (!ranking.empty()) {
    for (const auto& [option, value] : ranking.front().settings) text += ',' + option;
  }
  text += ",runs,failed,mse100_mean,mse100_spread,nme_mean,nme_spread,nme_by,seconds_mean\n";
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const RankedSetting& r = ranking[i];
    text += std::to_string(i + 1) + ',' + csv_cell(r.name);
    for (const auto& [option, value] : r.settings) text += ',' + csv_cell(value);
    text += ',' + std::to_string(r.runs.size()) + ',' + std::to_string(r.failures.size());
    for (const double v : {r.mse100.mean, r.mse100.spread, r.nme.mean, r.nme.spread}) text += ',' + exact_cell(v);
    text += ',' + csv_cell(r.nme_by) + ',' + exact_cell(r.seconds.mean) + "\n";
  }
  return text;
}

}  // namespace fpcpu
