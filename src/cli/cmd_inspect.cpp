// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>

#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/data_arguments.hpp"
#include "cli/interrupt.hpp"
#include "cli/live_line.hpp"
#include "cli/result_files.hpp"
#include "cli/terminal_text.hpp"
#include "core/file.hpp"
#include "data/inspect/inspect.hpp"
#include "data/point_match.hpp"
#include "fpcpu/error.hpp"
#include "report/html_page.hpp"
#include "report/inspect_page.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kInspectExamples = R"(
Refusals end every training before it begins (exit code 3 here as well); warnings are said and training goes on.
--accept ID says that a finding is meant so, here and for fpcpu train.

Examples:
  fpcpu inspect faces
  fpcpu inspect faces more_faces --html data.html   # with the faces concerned, points drawn
  fpcpu inspect faces --accept outlier,doubles
)";

void print(const std::vector<JudgedSet>& sets, const std::vector<Finding>& findings, bool quiet) {
  std::size_t faces = 0;
  for (const JudgedSet& set : sets) faces += set.data->size();
  std::size_t refusals = 0;
  std::size_t warnings = 0;
  for (const Finding& f : findings) {
    refusals += f.severity == Severity::refusal ? 1 : 0;
    warnings += f.severity == Severity::warning ? 1 : 0;
    if (quiet && f.severity == Severity::note) continue;
    std::printf("%s [%s]\n  %s\n", std::string(to_string(f.severity)).c_str(), f.id.c_str(), f.text.c_str());
  }
  std::printf("%s, %d points: %s, %s\n", counted(faces, "face", "faces").c_str(), sets.front().data->points(),
              counted(refusals, "refusal", "refusals").c_str(), counted(warnings, "warning", "warnings").c_str());
}

}  // namespace

int run_inspect(const std::vector<std::string_view>& arguments) {
  Arguments a("inspect", "inspect DATA... [options]", "Checks faces with points before anything is trained on them.",
              kInspectExamples);
  a.option("html", "FILE", "also write a page with the faces concerned, their points drawn (none)", "output");
  ResultFiles::add_option(a);
  a.option("accept", "ID,ID", "kinds of findings that you mean so (none)", "input");
  add_data_options(a);
  if (!a.parse(arguments)) return kDone;
  if (a.positional().empty()) {
    throw Error(ErrorCode::usage, "fpcpu inspect needs faces, e.g. fpcpu inspect faces --html data.html");
  }
  if (a.has("html")) {
    ResultFiles(a.has("overwrite")).check("--html", text_path(a.text("html")), [](const std::filesystem::path& file) {
      return html::is_own_page(file, "data");
    });
  }
  const std::vector<std::string> ids = parse_accept(a.text("accept"));
  catch_interrupt();
  LiveLine live(!a.quiet());
  live.show("opening the data ...");
  std::vector<JudgedSet> sets;
  std::vector<DatasetPtr> parts;
  for (const std::string& where : a.positional()) {
    sets.push_back(open_judged_set(a, where));
    parts.push_back(sets.back().data);
    if (interrupted()) return kInterrupted;
  }
  parts = in_one_order(std::move(parts), nullptr);  // sets that do not fit together are an error
  for (std::size_t s = 0; s < sets.size(); ++s) sets[s].data = parts[s];
  const auto show = [&](const std::string& what, std::size_t done, std::size_t total) {
    live.show(what + " " + bar(static_cast<double>(done) / static_cast<double>(total), 20) + " " +
              std::to_string(done) + "/" + std::to_string(total));
    return !interrupted();
  };
  const std::vector<Finding> findings = accepted(
      inspect_all(sets, [&](std::size_t done, std::size_t total) { return show("reading images", done, total); }), ids);
  if (interrupted()) return kInterrupted;
  if (a.has("html")) {
    live.show("drawing faces ...");
    const std::string page = make_inspect_page(sets, findings, [](std::size_t) { return !interrupted(); });
    if (interrupted()) return kInterrupted;
    write_file_atomically(text_path(a.text("html")), page);
  }
  live.clear();
  print(sets, findings, a.quiet());
  const bool refused =
      std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.severity == Severity::refusal; });
  return refused ? kData : kDone;
}

}  // namespace fpcpu::cli
