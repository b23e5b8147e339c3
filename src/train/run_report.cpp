// SPDX-License-Identifier: MIT
#include "train/run_report.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "core/cpu.hpp"
#include "core/duration.hpp"
#include "core/version.hpp"
#include "data/normaliser.hpp"
#include "fpcpu/losses.hpp"
#include "graph/zoo/zoo.hpp"
#include "optim/optimizer.hpp"
#include "options/augmentation.hpp"
#include "options/config.hpp"
#include "report/fit_finding.hpp"
#include "report/html_text.hpp"
#include "train/run_start.hpp"
#include "train/setup.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kFaces = 8;

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
  data.summary = {{"mse100", html::fixed(m.mse100, 2), "mean squared error, % of the side"},
                  {"NME", html::fixed(100 * m.nme, 2, " %"), "mean distance by the " + normaliser_meaning(m.nme_by)},
                  {"median NME", html::fixed(100 * m.median, 2, " %"), "half of the images are better"},
                  {"95th percentile", html::fixed(100 * m.p95, 2, " %"), "NME of the worst twentieth"},
                  {"AUC@0.08", html::fixed(m.auc08, 3), "1 would be perfect"},
                  {"failures", html::fixed(100 * m.fr08, 1, " %"), "images with NME above 8 %"}};
  data.point_mse100 = m.per_point;
  data.point_names = run.preprocessing->point_names;
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
  const FitFinding finding = describe_fit(*run.options, run.fit_mse100, m.mse100);
  data.warning = finding.overfits;
  if (!finding.text.empty()) data.remark = finding.text;
}

std::string lead(const RunReport& run) {
  std::string text = run.options->model + ", " + to_string(run.preprocessing->input) + ", trained on " +
                     std::to_string(run.train_images) + " faces";
  if (run.val != nullptr) text += " and evaluated on " + std::to_string(run.val->size()) + " others";
  if (!run.rows.empty()) {
    text += ": " + std::to_string(run.rows.back().epoch) + " epochs in " + duration(run.rows.back().seconds);
  }
  if (run.interrupted) return text + ". Interrupted before the end; these are the results so far.";
  if (!run.out_of_time) return text + ".";
  return text + ". Cut by --time after " + std::to_string(run.rows.empty() ? 0 : run.rows.back().epoch) + " of " +
         std::to_string(run.options->epochs) + " epochs, because the machine became slower than it was at the start.";
}

std::vector<std::pair<std::string, double>> seconds_by_part(const RunTimes& t) {
  const double known = t.load + t.forward + t.backward + t.update + t.measure + t.evaluate + t.save;
  return {{"forward", t.forward},
          {"backward", t.backward},
          {"update of the weights", t.update},
          {"batch norm of the averaged weights", t.measure},
          {"waiting for images", t.load},
          {"evaluation (validation and training faces)", t.evaluate},
          {"saving", t.save},
          {"other", std::max(0.0, t.all - known)}};
}

/// The defaults as a run writes them down: what stands for "the usual one" replaced by what is usual beside the options
/// that were chosen.
TrainOptions resolved_defaults(const TrainOptions& chosen, const Graph& graph) {
  TrainOptions usual;
  usual.augment = chosen.augment;
  resolve_augmentation(usual, graph.input_shape().c);
  usual.augment = TrainOptions().augment;
  usual.lr = usual_lr(chosen.optimizer);
  const bool own_network = !is_of_zoo(chosen);
  const Graph plain = own_network ? graph : make_network(chosen.model, {.points = graph.points()});
  usual.head = to_text(*plain.head());
  if (chosen.loss != "auto") usual.loss = graph.head()->usual_loss();  // else the network's file has terms
  usual.nme = Normaliser(usual.nme, graph.points()).name();
  if (own_network) return usual;
  const Shape own = plain.input_shape();
  usual.input_size = {own.w, own.h};
  usual.channels = own.c;
  return usual;
}

}  // namespace

std::string make_run_report(RunReport run) {
  ReportData data;
  data.title = run.title;
  data.lead = lead(run);
  data.epochs = run.rows;
  data.terms = std::move(run.terms);
  data.best_epoch = run.best_epoch;
  data.mean_shape = run.preprocessing->mean_shape;
  if (run.evaluation != nullptr) add_evaluation(run, data);
  if (!run.rows.empty()) {
    data.summary.push_back({"time", duration(run.rows.back().seconds),
                            html::fixed(run.rows.back().images_per_s, 0) + " images a second in the last epoch"});
    data.summary.push_back({"best epoch", std::to_string(run.best_epoch),
                            "of " + std::to_string(run.rows.back().epoch) + "; its weights are the model"});
  }
  if (!run.verdict.empty()) {
    std::string verdict = run.verdict;
    verdict.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(verdict.front())));
    data.remark = verdict + (data.remark.empty() ? "" : " " + data.remark);
    data.warning = true;
  }
  data.augmented = std::move(run.augmented);
  data.seconds = seconds_by_part(run.times);
  const TrainOptions defaults = resolved_defaults(*run.options, *run.graph);
  for (const ConfigKey& key : config_keys()) {
    std::string group(key.group);
    group.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(group.front())));
    if (data.tables.empty() || data.tables.back().first != group) data.tables.push_back({group, {}});
    const std::string value = option_text(*run.options, key);
    data.tables.back().second.push_back(
        {std::string(key.name), value.empty() ? "-" : value, value != option_text(defaults, key)});
  }
  data.tables.push_back({"Machine",
                         {{"processor", cpu_name()},
                          {"cores", std::to_string(available_cores())},
                          {"threads", std::to_string(run.threads)},
                          {"instruction set", run.isa},
                          {"precision", run.precision},
                          {"peak memory", html::fixed(peak_rss_mb(), 0) + " MB"},
                          {"fpcpu", std::string(kVersion)}}});
  return make_report(data);
}

}  // namespace fpcpu
