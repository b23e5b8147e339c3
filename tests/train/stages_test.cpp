// SPDX-License-Identifier: MIT
#include "train/stages.hpp"

#include <doctest/doctest.h>

#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "support/messages.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

struct Bench {
  Graph graph = [] {
    Graph g({4, 4, 1});
    g.add("body", make_dense({.units = 4}));
    g.add("fc", make_dense({.units = 4}));
    return g;
  }();
  ParamLayout layout{graph};
  Objective objective{graph, std::vector<TermSpec>{{"near", "mse"}, {"far", "l1"}}, {}};

  Stages stages(const std::vector<StageSpec>& specs) const { return {specs, objective, layout, 10}; }
  std::string refusal(const std::vector<StageSpec>& specs) const {
    return message_of(ErrorCode::usage, [&] { (void)stages(specs); });
  }
};

TEST_CASE("stages follow each other, and after the last everything counts") {
  const Bench bench;
  const Stages none = bench.stages({});
  CHECK(none.at(0).terms == UINT32_MAX);
  CHECK(none.at(123456).frozen.empty());
  CHECK(none.epochs_before_last() == 0);

  const Stages two =
      bench.stages({{.epochs = 1.5, .terms = {"near"}, .frozen = {"fc.*"}}, {.epochs = 2, .terms = {"far"}}});
  CHECK(two.at(0).terms == 0b01U);
  CHECK(two.at(14).terms == 0b01U);
  CHECK(two.at(15).terms == 0b10U);
  CHECK(two.at(34).terms == 0b10U);
  CHECK(two.at(35).terms == UINT32_MAX);
  CHECK(two.at(14).frozen == std::vector<std::uint8_t>{0, 0, 1, 1});
  CHECK(two.at(15).frozen.empty());
  CHECK(two.epochs_before_last() == 3.5);
  check_length(two, 4);
  CHECK(contains(message_of(ErrorCode::usage, [&] { check_length(two, 3); }), "after 3.5 epochs"));

  const Stages brief = bench.stages({{.epochs = 0.01, .terms = {"near"}}});
  CHECK(brief.at(0).terms == 0b01U);
  CHECK(brief.at(1).terms == UINT32_MAX);

  const Stages open = bench.stages({{.epochs = 1, .terms = {"near"}}, {.terms = {"far"}}});
  CHECK(open.at(10).terms == 0b10U);
  CHECK(open.at(100000).terms == 0b10U);
}

TEST_CASE("stages with steps take turns") {
  const Bench bench;
  const Stages turns = bench.stages({{.epochs = 1, .terms = {"near", "far"}},
                                     {.epochs = 2, .steps = 2, .terms = {"near"}},
                                     {.steps = 1, .terms = {"far"}},
                                     {.terms = {"near"}}});
  CHECK(turns.at(9).terms == 0b11U);
  const std::vector<std::uint32_t> expected = {1, 1, 2, 1, 1, 2, 1};
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(turns.at(10 + static_cast<int>(i)).terms == expected[i]);
  CHECK(turns.at(29).terms == 0b01U);
  CHECK(turns.at(30).terms == 0b01U);
  CHECK(turns.at(32).terms == 0b01U);
}

TEST_CASE("stages that cannot be are refused") {
  const Bench bench;
  CHECK(contains(bench.refusal({{.terms = {"nera"}}}), "Did you mean 'near'?"));
  CHECK(contains(bench.refusal({{.frozen = {"x*"}}}), "'x*'"));
  CHECK(contains(bench.refusal({{.terms = {"near"}}, {.terms = {"far"}}}), "leave out its epochs"));
  CHECK(contains(bench.refusal({{.epochs = -1}}), "0 or more"));
  CHECK(contains(bench.refusal({{.epochs = 1, .steps = 2}, {.epochs = 3, .steps = 1}}), "take turns"));
  CHECK(contains(bench.refusal({{.epochs = 1, .steps = 2}, {.terms = {"near"}}}), "no stage beside it"));
  CHECK(contains(bench.refusal({{.epochs = 1, .terms = {"near"}}, {.steps = 2}}), "no stage beside it"));
}

}  // namespace
}  // namespace fpcpu
