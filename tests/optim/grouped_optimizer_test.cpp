// SPDX-License-Identifier: MIT
#include "optim/grouped_optimizer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "core/wildcard.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "support/messages.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

ParamLayout layout_of_test() {
  Graph graph({4, 4, 2});
  graph.add("stem", make_conv2d({.out_channels = 3}));
  graph.add("body", make_conv2d({.out_channels = 3}));
  graph.add("fc", make_dense({.units = 4}));
  return ParamLayout(graph);
}

const kernels::KernelTable<float>& table() { return kernels::choose_table(); }

template <class AnyOptimizer>
std::vector<float> after_steps(AnyOptimizer& optimizer, const ParamLayout& layout, int steps) {
  std::vector<float> params(layout.trainable_size(), 1.0F);
  std::vector<float> grads(layout.trainable_size(), 0.25F);
  for (int s = 0; s < steps; ++s) {
    optimizer.begin_step(0.1, 1.0);
    for (std::size_t b = 0; b < optimizer.blocks().size(); ++b) {
      optimizer.update_block(b, params.data(), grads.data());
    }
  }
  return params;
}

std::vector<float> part(const std::vector<float>& params, const ParamLayout& layout, const char* name) {
  const ParamSlot& slot = *layout.find(name);
  return {params.begin() + static_cast<std::ptrdiff_t>(slot.offset),
          params.begin() + static_cast<std::ptrdiff_t>(slot.offset + slot.spec.size())};
}

std::vector<float> alone(const OptimizerOptions& options, const ParamLayout& layout, int steps) {
  Optimizer optimizer(options, layout, table());
  return after_steps(optimizer, layout, steps);
}

TEST_CASE("each group learns as an optimizer of its own would, and frozen ones not at all") {
  const ParamLayout layout = layout_of_test();
  OptimizerOptions usual = optimizer_defaults("adamw");
  usual.weight_decay = 0.05;
  const std::vector<GroupSpec> groups = {
      {"stem.*", 1, 0.5}, {"*.bias", 0.5}, {"body.*", 1, -1, "sgd"}, {"fc.*", 1, -1, "", true}};
  GroupedOptimizer optimizer(usual, groups, layout, table());
  const auto found = after_steps(optimizer, layout, 3);

  OptimizerOptions decaying = usual;
  decaying.weight_decay = 0.5;
  CHECK(part(found, layout, "stem.weight") == part(alone(decaying, layout, 3), layout, "stem.weight"));
  CHECK(part(found, layout, "stem.weight") != part(alone(usual, layout, 3), layout, "stem.weight"));
  // The first group that fits counts.
  CHECK(part(found, layout, "stem.bias") == part(alone(usual, layout, 3), layout, "stem.bias"));
  OptimizerOptions sgd = optimizer_defaults("sgd");
  sgd.weight_decay = 0.05;
  CHECK(part(found, layout, "body.weight") == part(alone(sgd, layout, 3), layout, "body.weight"));
  CHECK(part(found, layout, "fc.weight") == std::vector<float>(part(found, layout, "fc.weight").size(), 1.0F));
  // Half the rate.
  const float whole = 1 - part(alone(usual, layout, 1), layout, "fc.bias").front();
  GroupedOptimizer slow(usual, std::vector<GroupSpec>{{"*.bias", 0.5}}, layout, table());
  CHECK(1 - part(after_steps(slow, layout, 1), layout, "fc.bias").front() == doctest::Approx(whole / 2));
}

TEST_CASE("without groups it is the plain optimizer to the last bit, and its checkpoints are the same") {
  const ParamLayout layout = layout_of_test();
  const OptimizerOptions usual = optimizer_defaults("adamw");
  GroupedOptimizer grouped(usual, {}, layout, table());
  Optimizer plain(usual, layout, table());
  CHECK(after_steps(grouped, layout, 4) == after_steps(plain, layout, 4));
  std::map<std::string, std::vector<float>> a, b;
  std::map<std::string, std::string> c, d;
  grouped.save(a, c);
  plain.save(b, d);
  CHECK(a == b);
  CHECK(c == d);
}

TEST_CASE("a resumed run of two optimizers goes on to the same bits") {
  const ParamLayout layout = layout_of_test();
  const OptimizerOptions usual = optimizer_defaults("adamw");
  const std::vector<GroupSpec> groups = {{"body.*", 1, -1, "rmsprop"}};
  GroupedOptimizer first(usual, groups, layout, table());
  (void)after_steps(first, layout, 3);
  std::map<std::string, std::vector<float>> arrays;
  std::map<std::string, std::string> state;
  first.save(arrays, state);
  GroupedOptimizer second(usual, groups, layout, table());
  second.load(arrays, state);
  CHECK(second.steps() == 3);
  CHECK(after_steps(first, layout, 2) == after_steps(second, layout, 2));
  arrays.erase("optimizer2.v");
  message_of(ErrorCode::format, [&] { second.load(arrays, state); });
}

void step_without(GroupedOptimizer& optimizer, const std::vector<std::uint8_t>& frozen, std::vector<float>& params,
                  int steps) {
  const std::vector<float> grads(params.size(), 0.25F);
  for (int s = 0; s < steps; ++s) {
    optimizer.begin_step(0.1, 1.0);
    for (std::size_t b = 0; b < frozen.size(); ++b) {
      if (frozen[b] == 0) optimizer.update_block(b, params.data(), grads.data());
    }
  }
}

TEST_CASE("what thaws late begins as at the start of a run: its bias correction counts its own updates") {
  const ParamLayout layout = layout_of_test();
  const std::vector<std::string> pattern = {"body.*"};
  const std::vector<std::uint8_t> frozen = blocks_that_fit(pattern, layout);
  const std::vector<std::uint8_t> none(frozen.size(), 0);
  for (const char* name : {"adam", "adamw"}) {
    CAPTURE(std::string(name));
    const OptimizerOptions usual = optimizer_defaults(name);
    GroupedOptimizer optimizer(usual, {}, layout, table());
    std::vector<float> params(layout.trainable_size(), 1.0F);
    step_without(optimizer, frozen, params, 40);
    step_without(optimizer, none, params, 5);
    CHECK(part(params, layout, "body.weight") == part(alone(usual, layout, 5), layout, "body.weight"));
    CHECK(part(params, layout, "fc.weight") == part(alone(usual, layout, 45), layout, "fc.weight"));
  }
}

TEST_CASE("the updates of blocks that sat steps out are kept in a checkpoint, and only theirs") {
  const ParamLayout layout = layout_of_test();
  const OptimizerOptions usual = optimizer_defaults("adamw");
  const std::vector<std::string> pattern = {"body.*"};
  const std::vector<std::uint8_t> frozen = blocks_that_fit(pattern, layout);
  const std::vector<std::uint8_t> none(frozen.size(), 0);
  GroupedOptimizer first(usual, {}, layout, table());
  std::vector<float> params(layout.trainable_size(), 1.0F);
  step_without(first, frozen, params, 4);
  step_without(first, none, params, 2);
  std::map<std::string, std::vector<float>> arrays;
  std::map<std::string, std::string> state;
  first.save(arrays, state);
  CHECK(state.at("optimizer.updates") == "6,6,2,2,6,6");
  GroupedOptimizer second(usual, {}, layout, table());
  second.load(arrays, state);
  std::vector<float> again = params;
  step_without(first, none, params, 3);
  step_without(second, none, again, 3);
  CHECK(params == again);

  // Checkpoints of older versions have none; a later load does not keep those of an earlier one.
  auto older = state;
  older.erase("optimizer.updates");
  second.load(arrays, older);
  std::map<std::string, std::string> saved;
  second.save(arrays, saved);
  CHECK(saved == older);
  for (const char* wrong :
       {"6,6,2,2,6", "6,6,2,2,6,6,6", "6,6,2,2,6,7", "6,6,2,-1,6,6", "6,6,,2,6,6", "6,6,2,2,6,6,", ""}) {
    CAPTURE(std::string(wrong));
    state["optimizer.updates"] = wrong;
    CHECK(contains(message_of(ErrorCode::format, [&] { second.load(arrays, state); }), "6 whole numbers from 0 to 6"));
  }
}

TEST_CASE("groups that fit nothing or ask for the impossible are refused") {
  const ParamLayout layout = layout_of_test();
  const auto refusal = [&](const GroupSpec& group) {
    return message_of(ErrorCode::usage, [&] {
      GroupedOptimizer(optimizer_defaults("adamw"), std::vector<GroupSpec>{group}, layout, table());
    });
  };
  CHECK(contains(refusal({"steam.*"}), "the first is 'stem.weight'"));
  CHECK(contains(refusal({"stem.*", -1}), "rate"));
  CHECK(contains(refusal({"stem.*", 1, -0.5}), "weight_decay"));
  CHECK(contains(refusal({"stem.*", 1, -1, "adma"}), "adam"));
}

TEST_CASE("a star stands for any letters") {
  CHECK(fits("conv*", "conv1.weight"));
  CHECK(fits("*.bias", "a.b.bias"));
  CHECK(fits("a*b*c", "abbbcbc"));
  CHECK(fits("*", ""));
  CHECK(fits("", ""));
  CHECK_FALSE(fits("", "a"));
  CHECK_FALSE(fits("a*b", "ab."));
  CHECK_FALSE(fits("conv", "conv1"));
}

}  // namespace
}  // namespace fpcpu
