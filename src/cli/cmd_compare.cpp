// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/result_files.hpp"
#include "cli/terminal_text.hpp"
#include "core/duration.hpp"
#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "io/json_text.hpp"
#include "report/html_page.hpp"
#include "report/html_text.hpp"
#include "search/run_comparison.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kCompareExamples = R"(
Examples:
  fpcpu compare runs/train runs/train2
  fpcpu compare runs/* --out comparison.html
  fpcpu compare runs/train runs/train2 --json
)";

/// Columns as wide as their widest cell; the first stands left, the others right.
void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], display_width(row[c]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string room(widths[c] - display_width(row[c]), ' ');
      line += (c == 0 ? row[c] + room : "  " + room + row[c]);
    }
    std::printf("%s\n", line.c_str());
  }
}

void print(const RunComparison& comparison) {
  std::vector<std::vector<std::string>> rows = {
      {"run", "mse100 (95 %)", "against the first (95 %)", "NME", "by", "epochs", "time", "img/s"}};
  for (const ComparedRun& r : comparison.runs) {
    rows.push_back({r.name, interval_text(r.mse100), interval_text(r.difference, true),
                    html::fixed(100 * r.nme, 2, " %"), r.nme_by, std::to_string(r.epochs.size()), duration(r.seconds),
                    html::fixed(r.images_per_s, 0)});
  }
  print_table(rows);
  for (const ComparedRun& r : comparison.runs) {
    if (r.other_faces) {
      std::printf("note: %s was validated on other faces than %s; their errors say nothing about each other\n",
                  r.name.c_str(), comparison.runs.front().name.c_str());
    }
  }
  if (comparison.differing.empty()) return;
  std::vector<std::vector<std::string>> options = {{"option"}};
  for (std::size_t i = 0; i < comparison.runs.size(); ++i) options[0].push_back(comparison.runs[i].name);
  for (const auto& [name, values] : comparison.differing) {
    options.push_back({name});
    for (const std::string& value : values) options.back().push_back(value.empty() ? "-" : value);
  }
  std::printf("\n");
  print_table(options);
}

JsonObject json_of(const RunComparison& comparison, std::size_t i) {
  const ComparedRun& r = comparison.runs[i];
  JsonObject object = {{"run", r.name},
                       {"mse100", r.mse100.value},
                       {"mse100_interval", std::vector<double>{r.mse100.low, r.mse100.high}},
                       {"difference", r.difference.value},
                       {"difference_interval", std::vector<double>{r.difference.low, r.difference.high}},
                       {"nme", r.nme},
                       {"nme_by", r.nme_by},
                       {"same_faces", !r.other_faces},
                       {"best_epoch", std::int64_t{r.best_epoch}},
                       {"epochs", static_cast<std::int64_t>(r.epochs.size())},
                       {"seconds", r.seconds},
                       {"images_per_s", r.images_per_s},
                       {"val_images", static_cast<std::int64_t>(r.val_errors.names.size())}};
  for (const auto& [name, values] : comparison.differing) object.emplace_back("option." + name, values[i]);
  return object;
}

}  // namespace

int run_compare(const std::vector<std::string_view>& arguments) {
  Arguments a("compare", "compare RUN RUN... [options]",
              "Training runs side by side: errors with 95 % bootstrap intervals, times, options that differ, curves.",
              kCompareExamples);
  a.option("out", "FILE", "also write FILE.html with the curves over each other (none)", "output");
  a.flag("json", "print one JSON object a run instead of the tables", "output");
  ResultFiles::add_option(a);
  if (!a.parse(arguments)) return kDone;
  if (a.positional().empty()) {
    throw Error(ErrorCode::usage, "fpcpu compare needs folders of runs, e.g. fpcpu compare runs/train runs/train2");
  }
  const std::string out = a.text("out");
  if (!out.empty() && !out.ends_with(".html")) {
    throw Error(ErrorCode::usage, "--out " + out + ": the page is HTML; give a name that ends with .html.");
  }
  if (!out.empty()) {
    ResultFiles results(a.has("overwrite"));
    for (const std::string& run : a.positional()) results.keep(text_path(run) / "report.html", "the report of a run");
    results.check("--out", text_path(out),
                  [](const std::filesystem::path& file) { return html::is_own_page(file, "comparison"); });
  }
  const RunComparison comparison = compare_runs(a.positional());
  if (!out.empty()) write_file_atomically(text_path(out), make_comparison_page(comparison));
  if (a.has("json")) {
    std::vector<JsonObject> objects;
    for (std::size_t i = 0; i < comparison.runs.size(); ++i) objects.push_back(json_of(comparison, i));
    std::printf("%s", to_json(objects).c_str());
  } else {
    print(comparison);
    if (!out.empty() && !a.quiet()) std::printf("\n%s\n", out.c_str());
  }
  return kDone;
}

}  // namespace fpcpu::cli
