#include "train/run_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/cpu.hpp"
#include "core/version.hpp"
#include "train/config.hpp"
#include "train/epoch_line.hpp"
#include "train/report.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kFaces = 8;

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

ReportFace make_face(const RunReport& run, std::size_t i) {
  const Dataset& data = *run.val;
  const auto width = static_cast<std::size_t>(2 * data.points());
  const auto first = run.evaluation->predictions.begin() + static_cast<std::ptrdiff_t>(i * width);
  ReportFace face;
  face.name = data.name(i);
  face.image = data.image(i);
  face.truth = data.landmarks(i);
  face.found.assign(first, first + static_cast<std::ptrdiff_t>(width));
  face.mse100 = run.evaluation->metrics.per_image[i].mse100;
  return face;
}

void add_evaluation(const RunReport& run, ReportData& data) {
  const Metrics& m = run.evaluation->metrics;
  data.summary.emplace_back("mse100", fixed(m.mse100, 2));
  data.summary.emplace_back("NME", fixed(100 * m.nme, 2) + " %");
  data.summary.emplace_back("AUC@0.08", fixed(m.auc08, 3));
  data.summary.emplace_back("failures", fixed(100 * m.fr08, 1) + " %");
  data.summary.emplace_back("median NME", fixed(100 * m.median, 2) + " %");
  data.point_mse100 = m.per_point;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < m.per_image.size(); ++i) {
    if (std::isnan(m.per_image[i].mse100)) continue;
    order.push_back(i);
    data.image_nme.push_back(m.per_image[i].nme);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return m.per_image[a].mse100 < m.per_image[b].mse100; });
  const std::size_t best = std::min(kFaces, order.size() / 2);
  const std::size_t worst = std::min(kFaces, order.size() - best);
  for (std::size_t i = 0; i < best; ++i) data.best.push_back(make_face(run, order[i]));
  for (std::size_t i = 0; i < worst; ++i) data.worst.push_back(make_face(run, order[order.size() - 1 - i]));
}

}  // namespace

std::string make_run_report(const RunReport& run) {
  ReportData data;
  data.title = run.title;
  data.epochs = run.rows;
  data.best_epoch = run.best_epoch;
  data.mean_shape = run.preprocessing->mean_shape;
  if (run.evaluation != nullptr) add_evaluation(run, data);
  if (!run.rows.empty()) data.summary.emplace_back("time", duration(run.rows.back().seconds));
  for (const ConfigKey& key : config_keys()) data.config.emplace_back(key.name, option_text(*run.options, key));
  data.machine = {{"processor", cpu_name()},
                  {"instruction set", run.isa + " " + run.precision},
                  {"threads", std::to_string(run.threads)},
                  {"peak memory", fixed(peak_rss_mb(), 0) + " MB"},
                  {"fpcpu", std::string(kVersion)}};
  return make_report(data);
}

}  // namespace fpcpu
