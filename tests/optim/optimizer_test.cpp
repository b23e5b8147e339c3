// SPDX-License-Identifier: MIT
#include "optim/optimizer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "graph/graph.hpp"
#include "io/safetensors.hpp"

namespace fpcpu {
namespace {

/// One dense layer: `inputs` weights that decay at offset 0, one bias that does not behind them.
ParamLayout one_unit(int inputs) {
  Graph graph({1, 1, inputs});
  graph.add("fc", make_dense({.units = 1}));
  return ParamLayout(graph);
}

std::vector<float> golden(const SafetensorsFile& file, const std::string& name) {
  const SafetensorsFile::Tensor* tensor = file.find(name);
  REQUIRE(tensor != nullptr);
  std::vector<float> values((tensor->end - tensor->begin) / sizeof(float));
  file.copy(*tensor, values);
  return values;
}

void step(Optimizer& optimizer, double lr, double scale, std::vector<float>& params, const std::vector<float>& grads) {
  optimizer.begin_step(lr, scale);
  for (std::size_t i = 0; i < optimizer.blocks().size(); ++i) {
    optimizer.update_block(i, params.data(), grads.data());
  }
}

struct Case {
  const char* name;
  double lr;
  OptimizerOptions options;
};

TEST_CASE("five steps of every optimizer agree with PyTorch for every instruction set") {
  const std::vector<Case> cases = {
      {"sgd", 0.1, {"sgd", 0, 0, 0, 0, 0}},
      {"sgd_momentum_l2", 0.1, {"sgd", 0.9, 0, 0, 0.05, 0}},
      {"nesterov_l2", 0.1, {"nesterov", 0.9, 0, 0, 0.05, 0}},
      {"rmsprop", 0.01, {"rmsprop", 0, 0.99, 1e-8, 0, 0}},
      {"rmsprop_momentum", 0.01, {"rmsprop", 0.9, 0.99, 1e-8, 0.05, 0}},
      {"adam", 0.1, {"adam", 0.9, 0.999, 1e-8, 0, 0}},
      {"adam_l2", 0.1, {"adam", 0.9, 0.999, 1e-8, 0.05, 0}},
      {"adamw", 0.1, {"adamw", 0.9, 0.999, 1e-8, 0.05, 0}},
  };
  const SafetensorsFile file(FPCPU_SOURCE_DIR "/tests/golden/optimizers.safetensors");
  const auto start = golden(file, "start");
  const auto goal = golden(file, "goal");
  const auto curvature = golden(file, "curvature");
  const std::size_t count = start.size();
  const ParamLayout layout = one_unit(static_cast<int>(count));
  const kernels::IsaList isas = kernels::available_isas();
  for (int isa = 0; isa < isas.count; ++isa) {
    for (const Case& c : cases) {
      CAPTURE(c.name);
      CAPTURE(std::string(to_string(isas.items[isa])));
      Optimizer optimizer(c.options, layout, kernels::float_table(isas.items[isa]));
      std::vector<float> params(layout.trainable_size());
      std::copy(start.begin(), start.end(), params.begin());
      std::vector<float> grads(params.size());
      for (int t = 0; t < 5; ++t) {
        // The gradient comes doubled and is halved again, so that the scale is part of the test.
        for (std::size_t i = 0; i < count; ++i) grads[i] = 2 * curvature[i] * (params[i] - goal[i]);
        step(optimizer, c.lr, 0.5, params, grads);
      }
      const auto expected = golden(file, c.name);
      for (std::size_t i = 0; i < count; ++i) {
        CHECK(static_cast<double>(params[i]) == doctest::Approx(static_cast<double>(expected[i])).epsilon(2e-6));
      }
    }
  }
}

TEST_CASE("decay and L1 touch parameters that decay, and only them") {
  const ParamLayout layout = one_unit(3);
  const ParamSlot* bias = layout.find("fc.bias");
  REQUIRE(bias != nullptr);
  for (const std::string_view name : optimizer_names()) {
    CAPTURE(std::string(name));
    OptimizerOptions options = optimizer_defaults(name);
    options.weight_decay = 0.5;
    options.l1 = 0.25;
    Optimizer optimizer(options, layout, kernels::eigen_table<float>());
    std::vector<float> params(layout.trainable_size(), 2.0F);
    const std::vector<float> grads(params.size(), 0.0F);
    step(optimizer, 0.1, 1.0, params, grads);
    CHECK(params[0] < 2.0F);
    CHECK(params[bias->offset] == 2.0F);
  }
  // By hand, one plain SGD step on w = (2, -2, 0): g = 0.25 sign(w) + 0.5 w.
  Optimizer sgd({"sgd", 0, 0, 0, 0.5, 0.25}, layout, kernels::eigen_table<float>());
  std::vector<float> params(layout.trainable_size());
  params[0] = 2.0F;
  params[1] = -2.0F;
  step(sgd, 0.1, 1.0, params, std::vector<float>(params.size()));
  CHECK(params[0] == doctest::Approx(2.0 - 0.1 * 1.25));
  CHECK(params[1] == doctest::Approx(-2.0 + 0.1 * 1.25));
  CHECK(params[2] == 0.0F);
}

TEST_CASE("blocks cover every trainable scalar once, within one parameter and no longer than the limit") {
  Graph graph({1, 1, 5000});
  graph.add("fc", make_dense({.units = 7}));
  graph.add("bn", make_batch_norm());
  const ParamLayout layout(graph);
  const auto blocks = make_update_blocks(layout);
  std::vector<int> covered(layout.trainable_size());
  for (const UpdateBlock& block : blocks) {
    CHECK(block.end - block.begin <= kUpdateBlock);
    for (std::size_t i = block.begin; i < block.end; ++i) ++covered[i];
  }
  std::size_t total = 0;
  for (const ParamSlot& slot : layout.slots()) {
    if (!slot.spec.trainable) continue;
    for (std::size_t i = 0; i < slot.spec.size(); ++i) CHECK(covered[slot.offset + i] == 1);
    total += slot.spec.size();
    for (const UpdateBlock& block : blocks) {
      if (block.begin >= slot.offset && block.begin < slot.offset + slot.spec.size()) {
        CHECK(block.end <= slot.offset + slot.spec.size());
        CHECK(block.decay == slot.spec.decay);
      }
    }
  }
  CHECK(static_cast<std::size_t>(std::accumulate(covered.begin(), covered.end(), 0)) == total);
}

TEST_CASE("a resumed optimizer takes the same steps to the last bit") {
  const ParamLayout layout = one_unit(100);
  for (const std::string_view name : optimizer_names()) {
    CAPTURE(std::string(name));
    OptimizerOptions options = optimizer_defaults(name);
    options.momentum = 0.9;
    Optimizer whole(options, layout, kernels::choose_table());
    std::vector<float> params(layout.trainable_size());
    const auto grads_at = [&](int t) {
      std::vector<float> grads(params.size());
      for (std::size_t i = 0; i < grads.size(); ++i) {
        grads[i] = std::sin(static_cast<float>(i) + 0.7F * static_cast<float>(t)) + 0.1F * params[i];
      }
      return grads;
    };
    for (int t = 0; t < 3; ++t) step(whole, 0.01, 1.0, params, grads_at(t));

    std::map<std::string, std::vector<float>> arrays;
    std::map<std::string, std::string> state;
    whole.save(arrays, state);
    Optimizer resumed(options, layout, kernels::choose_table());
    resumed.load(arrays, state);
    CHECK(resumed.steps() == 3);
    std::vector<float> again = params;
    for (int t = 3; t < 6; ++t) {
      const std::vector<float> grads = grads_at(t);
      step(whole, 0.01, 1.0, params, grads);
      step(resumed, 0.01, 1.0, again, grads);
    }
    CHECK(again == params);

    Optimizer other(options, one_unit(200), kernels::choose_table());
    CHECK_THROWS_AS(other.load(arrays, state), Error);
    state.erase("optimizer.steps");
    CHECK_THROWS_AS(resumed.load(arrays, state), Error);
  }
}

TEST_CASE("names and ranges") {
  CHECK(optimizer_defaults("nesterov").name == "nesterov");
  CHECK(usual_lr("sgd") == 1e-4);
  CHECK(usual_lr("adamw") == 2e-3);
  CHECK_THROWS_WITH_AS(static_cast<void>(optimizer_defaults("adamm")),
                       "unknown optimizer 'adamm'. Did you mean 'adam'?", Error);
  const ParamLayout layout = one_unit(1);
  CHECK_THROWS_AS(Optimizer({.momentum = 1.0}, layout, kernels::eigen_table<float>()), Error);
  CHECK_THROWS_AS(Optimizer({.weight_decay = -1.0}, layout, kernels::eigen_table<float>()), Error);
}

}  // namespace
}  // namespace fpcpu
