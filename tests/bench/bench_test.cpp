// SPDX-License-Identifier: MIT
// The benchmarks as a program: what they print and when they fail. No test here depends on how fast the machine is.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "support/help_options.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using nlohmann::json;
using test::contains;
using test::Outcome;
using test::run_program;
using test::TemporaryFolder;

namespace {

const std::string kOne = "kernels --only 'dense forward 32x9216->256' --seconds 0.01 ";
const std::string kKernel = "dense forward 32x9216->256";

json read_record(const TemporaryFolder& folder) { return json::parse(test::read_text(folder / "record.json")); }
void write_record(const TemporaryFolder& folder, const json& record) {
  std::ofstream(folder / "record.json") << record;
}

/// A record of one kernel made by the program itself.
json make_record(const TemporaryFolder& folder) {
  const Outcome made = run_program(folder, kOne + "--record record.json");
  REQUIRE_MESSAGE(made.code == 0, made.err);
  return read_record(folder);
}

}  // namespace

TEST_CASE("a record holds the share of each kernel; one that is met passes, one that is missed fails by name") {
  const TemporaryFolder folder;
  json record = make_record(folder);
  REQUIRE(record["kernels"].size() == 1);
  const double share = record["kernels"][kKernel];
  CHECK(share > 0);
  CHECK(record["isa"].is_string());

  record["kernels"][kKernel] = share / 2;
  write_record(folder, record);
  const Outcome met = run_program(folder, kOne + "--check --record record.json");
  CHECK_MESSAGE(met.code == 0, met.err);
  CHECK(met.err.empty());
  CHECK_MESSAGE(read_record(folder) == record, "--check writes nothing");

  record["kernels"][kKernel] = 50.0;
  write_record(folder, record);
  const Outcome missed = run_program(folder, kOne + "--check --record record.json");
  CHECK(missed.code == 1);
  CHECK(contains(missed.err, kKernel));
  CHECK(contains(missed.err, "recorded 5000 %"));
}

TEST_CASE("a kernel of the record that is no longer measured fails the check") {
  const TemporaryFolder folder;
  json record = make_record(folder);
  record["kernels"] = {{"dense forward 32x9216->256 gone", 0.1}};
  write_record(folder, record);
  const Outcome o = run_program(folder, kOne + "--check --record record.json");
  CHECK(o.code == 1);
  CHECK(contains(o.err, "gone is in the record but was not measured"));
}

TEST_CASE("a record of another processor is compared all the same, and said to be one") {
  const TemporaryFolder folder;
  json record = make_record(folder);
  record["cpu"] = "Difference Engine";
  record["kernels"][kKernel] = 0.0001;
  write_record(folder, record);
  const Outcome o = run_program(folder, kOne + "--check --record record.json");
  CHECK(o.code == 0);
  CHECK(contains(o.err, "was made on Difference Engine"));
  CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
}

TEST_CASE("what is no record is refused with its name") {
  const TemporaryFolder folder;
  std::ofstream(folder / "record.json") << "[1, 2]";
  const Outcome o = run_program(folder, kOne + "--check --record record.json");
  CHECK(o.code == 2);
  CHECK(contains(o.err, "record.json is no record of kernels"));
}

TEST_CASE("the kernels of a network are its distinct convolutions and dense layers") {
  const TemporaryFolder folder;
  const Outcome o = run_program(folder, "kernels --model small --seconds 0.001 --json --only forward");
  REQUIRE_MESSAGE(o.code == 0, o.err);
  std::vector<std::string> shapes;
  std::istringstream lines(o.out);
  for (std::string line; std::getline(lines, line);) {
    const json kernel = json::parse(line);
    if (kernel["name"] != "direct") shapes.push_back(kernel["shape"]);
  }
  CHECK(shapes == std::vector<std::string>{"96x96x3->16 k3 s1", "48x48x16->32 k3 s1", "24x24x32->64 k3 s1",
                                           "24x24x64->64 k3 s1", "12x12x64->128 k3 s1", "12x12x128->128 k3 s1",
                                           "6x6x128->128 k3 s1", "32x4608->128", "4x128->28"});
  CHECK(run_program(folder, "kernels --model nothing").code == 2);
}

TEST_CASE("decoding tells its time for each kind of file, and what the check of a JPEG takes of it") {
  const TemporaryFolder folder;
  const Outcome decode = run_program(folder, "decode --json --seconds 0.05");
  REQUIRE_MESSAGE(decode.code == 0, decode.err);
  std::istringstream lines(decode.out);
  std::vector<std::string> kinds;
  for (std::string line; std::getline(lines, line);) {
    const json row = json::parse(line);
    kinds.push_back(row["kind"]);
    CHECK(row["us_decode"].get<double>() > row["us_check"].get<double>());
    CHECK((row["us_check"].get<double>() > 0) == (kinds.back() == "jpeg"));
  }
  CHECK(kinds == std::vector<std::string>{"jpeg", "png"});
}

TEST_CASE("the loader tells milliseconds of an image for each preset, a step how long it waits for the loader") {
  const TemporaryFolder folder;
  const Outcome loader = run_program(folder, "loader --json --batch 16");
  REQUIRE_MESSAGE(loader.code == 0, loader.err);
  std::istringstream lines(loader.out);
  std::vector<std::string> presets;
  for (std::string line; std::getline(lines, line);) {
    const json row = json::parse(line);
    CHECK(row["ms_per_image"].get<double>() == doctest::Approx(1e3 / row["images_per_s"].get<double>()).epsilon(0.05));
    if (row["cached"]) presets.push_back(row["augment"]);
  }
  CHECK(presets == std::vector<std::string>{"none", "basic", "full"});

  const Outcome step = run_program(folder, "step --model small --batch 4 --seconds 0.05 --json");
  REQUIRE_MESSAGE(step.code == 0, step.err);
  const double stall = json::parse(step.out)["loader_stall"];
  CHECK(stall >= 0);
  CHECK(stall < 1);
}

TEST_CASE("every option of the help is used by a test") {
  const TemporaryFolder folder;
  const auto options = test::options_of_help(run_program(folder, "--help").out);
  const std::string sources = test::sources_of_tests(FPCPU_SOURCE_DIR "/tests/bench");
  CHECK(options.size() >= 10);
  for (const std::string& option : options) {
    CHECK_MESSAGE((option == "help" || test::is_used(option, sources)), option);
  }
}

TEST_CASE("threads, instruction set and precision are those that are measured; mistakes are refused") {
  const TemporaryFolder folder;
  const Outcome o = run_program(
      folder, "step --model small --batch 4 --seconds 0.01 --json --threads 2 --isa eigen --precision fp32");
  REQUIRE_MESSAGE(o.code == 0, o.err);
  const json row = json::parse(o.out);
  CHECK(row["threads"] == 2);
  CHECK(row["isa"] == "eigen");
  CHECK(row["precision"] == "fp32");
  CHECK(contains(run_program(folder, "step --precision bf61").err, "bf61"));
  CHECK(contains(run_program(folder, "step --isa quantum").err, "quantum"));
  const Outcome roofline = run_program(folder, "roofline --model small --batch 2 --seconds 0.001 --out r.svg");
  CHECK_MESSAGE(roofline.code == 0, roofline.err);
  CHECK(contains(test::read_text(folder / "r.svg"), "</svg>"));
}
