// SPDX-License-Identifier: MIT
#include <cstdio>
#include <span>
#include <unordered_map>

#include "cli/arguments.hpp"
#include "cli/chosen_kernels.hpp"
#include "cli/command.hpp"
#include "cli/data_arguments.hpp"
#include "cli/error_line.hpp"
#include "cli/live_line.hpp"
#include "cli/terminal_text.hpp"
#include "core/coordinates.hpp"
#include "core/cpu.hpp"
#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "data/inspect/inspect.hpp"
#include "data/normaliser.hpp"
#include "data/point_match.hpp"
#include "data/tables/points_csv.hpp"
#include "fpcpu/error.hpp"
#include "graph/flip_average.hpp"
#include "io/checkpoint.hpp"
#include "io/json_text.hpp"
#include "io/run_model.hpp"
#include "report/html_text.hpp"
#include "train/evaluator.hpp"
#include "train/expected_errors.hpp"
#include "train/training_data.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kEvalExamples = R"(
Examples:
  fpcpu eval runs/train/model.safetensors --data test
  fpcpu eval runs/train/model.safetensors --data test --json
  fpcpu eval runs/train/model.safetensors --data test --tta flip
  fpcpu eval --pred points.csv --data test          # any program's predictions
)";

DatasetPtr open_judged(const Arguments& a) {
  const std::vector<JudgedSet> sets = {open_judged_set(a, a.text("data"))};
  const std::vector<Finding> findings = accepted(inspect_quick(sets), parse_accept(a.text("accept")));
  refuse(findings);
  for (const Finding& f : findings) {
    if (f.severity == Severity::warning) std::fprintf(stderr, "note: %s\n", f.text.c_str());
  }
  return sets.front().data;
}

/// `data` in the order of points of a model or a file of predictions; says where their names differ.
DatasetPtr ordered_like(const std::vector<std::string>& names, int points, const std::string& what, DatasetPtr data) {
  DataReport report;
  data = with_points_of(names, static_cast<std::size_t>(points), what, std::move(data), "the data", &report);
  tell(report, [](const std::string& text) { std::fprintf(stderr, "note: %s\n", text.c_str()); });
  return data;
}

/// Figures, and what the points are called in their order.
struct Judged {
  Metrics metrics;
  std::vector<std::string> names;
  ErrorForecast forecast = {};  // of a model
};

/// Predictions in which the points are those that they become in a mirrored image.
std::vector<float> exchanged(const std::vector<float>& predictions, const std::vector<int>& mirror) {
  std::vector<float> result;
  result.reserve(predictions.size());
  for (std::size_t first = 0; first < predictions.size(); first += 2 * mirror.size()) {
    for (const int k : mirror) {
      const std::size_t at = first + 2 * static_cast<std::size_t>(k);
      result.insert(result.end(), {predictions[at], predictions[at + 1]});
    }
  }
  return result;
}

/// Says so if the truth fits the predictions far better with left and right exchanged.
void warn_of_exchanged_sides(const Dataset& data, const std::vector<float>& predictions, const std::vector<int>& mirror,
                             const Metrics& metrics) {
  if (mirror.empty()) return;
  const double other = compute_metrics(data, exchanged(predictions, mirror), metrics.nme_by).mse100;
  if (!(other < 0.5 * metrics.mse100)) return;
  std::fprintf(stderr,
               "warning: left and right of the data seem to be exchanged against the model's: with the points swapped "
               "as in a mirrored image mse100 would be %.2f, not %.2f.\n",
               other, metrics.mse100);
}

Judged judge_model(const Arguments& a, const std::string& model, const DatasetPtr& given) {
  const Checkpoint checkpoint = load_checkpoint(model_file_of(text_path(model)));
  const DatasetPtr data =
      ordered_like(checkpoint.preprocessing.point_names, checkpoint.preprocessing.points, model, given);
  if (!a.quiet() && !checkpoint.verified) print_note(kNoChecksum);
  ThreadPool pool(a.threads());
  const auto& table = chosen_kernels(a);
  Evaluator evaluator(data, checkpoint.preprocessing, 32, 0, pool, is_flip(a.text("tta", "none")),
                      a.text("nme", "auto"));
  LiveLine live(!a.quiet());
  const auto progress = [&](std::size_t done) {
    live.show(bar(static_cast<double>(done) / static_cast<double>(data->size()), 30) + " " + std::to_string(done));
  };
  progress(0);
  const Evaluation result = evaluator.run(checkpoint, table, nullptr, progress);
  const std::size_t width = result.predictions.size() / data->size();
  for (std::size_t i = 0; i < data->size(); ++i) {
    require_finite(std::span(result.predictions).subspan(i * width, width), data->name(i));
  }
  warn_of_exchanged_sides(*data, result.predictions, checkpoint.preprocessing.mirror, result.metrics);
  return {result.metrics, data->point_names(), check_forecast(checkpoint, *data, result)};
}

/// Predictions in the order of the data set. @throws Error{format} naming the first name that only one side has.
Judged judge_file(const std::string& file, const DatasetPtr& data, const std::string& nme) {
  const PointsTable table = read_points_csv(file);
  const PointMatch match = match_points(data->point_names(), static_cast<std::size_t>(data->points()), "the data",
                                        table.point_names, static_cast<std::size_t>(table.points), file);
  std::unordered_map<std::string, std::size_t> rows;
  for (std::size_t i = 0; i < table.names.size(); ++i) rows.emplace(table.names[i], i);
  std::vector<float> predictions;
  for (std::size_t i = 0; i < data->size(); ++i) {
    const auto row = rows.find(data->name(i));
    if (row == rows.end()) {
      throw Error(ErrorCode::format, file + " has no row for '" + data->name(i) + "', which is in the data.");
    }
    const Landmarks& found = table.rows[row->second];
    for (std::size_t k = 0; k < found.visible.size(); ++k) {
      if (found.visible[k] == 0) {
        throw Error(ErrorCode::format, table.places[row->second] + ": point " + std::to_string(k + 1) +
                                           " is empty; a prediction needs all points.");
      }
    }
    for (const std::size_t k : match.order) {
      predictions.insert(predictions.end(), {found.xy[2 * k], found.xy[2 * k + 1]});
    }
    rows.erase(row);
  }
  if (!rows.empty()) {
    throw Error(ErrorCode::format, file + " has a row for '" + rows.begin()->first + "', which is not in the data.");
  }
  return {compute_metrics(*data, predictions, nme), data->point_names()};
}

JsonObject json_of(const Judged& judged) {
  const Metrics& m = judged.metrics;
  const std::vector<std::string>& names = judged.names;
  JsonObject json = {{"images", static_cast<std::int64_t>(m.images)},
                     {"mse100", m.mse100},
                     {"rmse100", m.rmse100},
                     {"nme", m.nme},
                     {"nme_by", m.nme_by},
                     {"nme_images", static_cast<std::int64_t>(m.nme_images)},
                     {"auc08", m.auc08},
                     {"fr08", m.fr08},
                     {"median", m.median},
                     {"p95", m.p95},
                     {"per_point", m.per_point}};
  if (!names.empty()) json.emplace_back("point_names", names);
  if (judged.forecast.points > 0) {
    json.emplace_back("expected_error", judged.forecast.expected);
    json.emplace_back("actual_error", judged.forecast.actual);
    json.emplace_back("error_rank_correlation", judged.forecast.rank_correlation);
  }
  return json;
}

void print(const Judged& judged) {
  const Metrics& m = judged.metrics;
  const std::vector<std::string>& names = judged.names;
  std::printf("images    %zu\nmse100    %.3f   (rmse100 %.3f)\n", m.images, m.mse100, m.rmse100);
  std::printf("nme       %s %%  (median %s %%, 95th percentile %s %%; by %s, the %s)\n",
              html::fixed(100 * m.nme, 2).c_str(), html::fixed(100 * m.median, 2).c_str(),
              html::fixed(100 * m.p95, 2).c_str(), m.nme_by.c_str(), normaliser_meaning(m.nme_by).c_str());
  if (m.nme_images < m.images) {
    std::printf("          of %zu images; the others do not show the points it needs\n", m.nme_images);
  }
  if (const ErrorForecast& f = judged.forecast; f.points > 0) {
    std::printf("expected  %.2f %% a point by the model itself, truly %.2f %%; rank correlation %.2f\n", f.expected,
                f.actual, f.rank_correlation);
  }
  std::printf("auc@0.08  %s\nfailures  %s %%  (nme above 8 %%)\nmse100 per point ", html::fixed(m.auc08, 3).c_str(),
              html::fixed(100 * m.fr08, 1).c_str());
  for (std::size_t k = 0; k < m.per_point.size(); ++k) {
    std::printf(" %s%s", names.empty() ? "" : (printable(names[k]) + "=").c_str(),
                html::fixed(m.per_point[k], 2).c_str());
  }
  std::printf("\n");
}

}  // namespace

int run_eval(const std::vector<std::string_view>& arguments) {
  Arguments a("eval", "eval MODEL --data DIR | eval --pred PRED.csv --data DIR",
              "Measures a model, or a file of predictions, against the truth.", kEvalExamples);
  a.option("data", "DIR", "faces with points: DIR (gt.csv + images/), a table FILE.csv, or synth:N[:SEED] (required)",
           "input");
  a.option("accept", "ID,ID", "findings about the data that you mean so, as for fpcpu train (none)", "input");
  a.option("pred", "FILE", "predictions (filename,x1,y1,...) instead of a model (none)", "input");
  a.option(
      "nme", "NAME",
      "what the NME divides by: inter-ocular, inter-pupil, box, diagonal or A-B (two points, counted from 1); auto = "
      "inter-ocular for 14, 68 and 98 points, else diagonal (auto)",
      "output");
  a.flag("json", "print one JSON object", "output");
  add_data_options(a);
  a.precision_option();
  a.tta_option();
  if (!a.parse(arguments)) return kDone;
  if (!a.has("data")) throw Error(ErrorCode::usage, "fpcpu eval needs --data DIR with the true points.");
  if (a.has("pred") == (a.positional().size() == 1) || a.positional().size() > 1) {
    throw Error(ErrorCode::usage, "fpcpu eval needs either one model file or --pred FILE.csv.");
  }
  if (a.has("pred") && a.has("precision")) {
    throw Error(ErrorCode::usage, "--precision is for a model; with --pred nothing is computed.");
  }
  if (a.has("pred") && a.has("tta")) {
    throw Error(ErrorCode::usage, "--tta is for a model; with --pred nothing is computed.");
  }
  const std::string nme = a.text("nme", "auto");
  check_normaliser(nme);
  const DatasetPtr data = open_judged(a);
  const Judged m = a.has("pred") ? judge_file(a.text("pred"), data, nme) : judge_model(a, a.positional().front(), data);
  if (a.has("json")) {
    std::printf("%s\n", to_json(json_of(m)).c_str());
  } else {
    print(m);
  }
  return kDone;
}

}  // namespace fpcpu::cli
