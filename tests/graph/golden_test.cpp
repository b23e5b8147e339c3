// SPDX-License-Identifier: MIT
// What PyTorch computes is what fpcpu computes: tests/golden/make_golden.py wrote the expected values.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "fpcpu/layers.hpp"
#include "graph/inference.hpp"
#include "graph/plan_executor.hpp"
#include "io/safetensors.hpp"
#include "optim/optimizer.hpp"

using namespace fpcpu;

namespace {

const SafetensorsFile& golden() {
  static const SafetensorsFile file(std::string(FPCPU_SOURCE_DIR) + "/tests/golden/net.safetensors");
  return file;
}

std::vector<float> tensor(const std::string& name) {
  const auto* t = golden().find(name);
  REQUIRE_MESSAGE(t != nullptr, name);
  std::vector<float> values((t->end - t->begin) / sizeof(float));
  golden().copy(*t, values);
  return values;
}

Graph golden_network() {
  Graph g({9, 11, 3});
  g.add("conv1", make_conv2d({.out_channels = 8}));
  g.add("bn1", make_batch_norm());
  g.add("relu1", make_activation());
  g.add("pool1", make_max_pool());
  g.add("conv2", make_conv2d({.out_channels = 12, .stride = 2, .bias = false}));
  g.add("bn2", make_batch_norm());
  g.add("relu2", make_activation());
  g.add("fc", make_dense({.units = 6}));
  return g;
}

void check_close(const float* found, const std::vector<float>& expected, double tolerance, const std::string& what) {
  double scale = 1e-6;
  for (const float v : expected) scale = std::max(scale, std::abs(static_cast<double>(v)));
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double d = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
    worst = d <= worst ? worst : d;
  }
  CHECK_MESSAGE(worst / scale < tolerance, what);
}

void load(Params<float>& params, const std::string& prefix) {
  for (const ParamSlot& slot : params.layout.slots()) {
    const auto values = tensor(prefix + slot.name);
    REQUIRE(values.size() == slot.spec.size());
    std::copy(values.begin(), values.end(), params.at(slot));
  }
}

/// The loss counts differences in input pixels; PyTorch's plain mean needs units of 1.
class UnitMse final : public Loss {
 public:
  std::string_view kind() const noexcept override { return "unit-mse"; }
  double run(const LossArgs<float>& a) const noexcept override { return plain(a); }
  double run(const LossArgs<double>& a) const noexcept override { return plain(a); }

 private:
  template <class T>
  double plain(LossArgs<T> a) const noexcept {
    a.unit_x = a.unit_y = 1;
    return mse_->run(a);
  }
  LossPtr mse_ = make_mse_loss();
};

void train_like_pytorch(Isa isa, bool fused) {
  INFO(to_string(isa) << (fused ? " fused" : " plain"));
  const Graph graph = golden_network();
  const Graph executed = fused ? fuse_for_training(graph) : graph;
  Params<float> params{ParamLayout(graph)};
  load(params, "initial/");
  const auto x = tensor("input");
  const auto targets = tensor("targets");
  const std::vector<float> visible(targets.size() / 2, 1.0F);
  ThreadPool pool(2);
  const auto& table = kernels::float_table(isa);
  PlanExecutor plan(executed, params, {.training = true, .batch = 4}, table, pool);
  OptimizerOptions adam = optimizer_defaults("adam");
  adam.weight_decay = 0;
  Optimizer optimizer(adam, params.layout, table);

  const Objective loss(graph, std::make_shared<UnitMse>());
  const auto losses = tensor("losses");
  std::vector<float> gradient(params.layout.trainable_size());
  for (std::size_t step = 0; step < losses.size(); ++step) {
    TrainInput input;
    input.n = 4;
    input.x = x.data();
    input.targets = targets.data();
    input.visible = visible.data();
    const double value = plan.train(input, loss);
    CHECK(value == doctest::Approx(static_cast<double>(losses[step])).epsilon(2e-4));
    plan.gradient(gradient.data());
    // conv1's bias has no effect in front of a batch norm: its gradient is rounding noise on both sides, and Adam would
    // turn it into steps of full size.
    std::fill_n(gradient.begin() + static_cast<std::ptrdiff_t>(params.layout.find("conv1.bias")->offset), 8, 0.0F);
    if (step == 0) {
      check_close(plan.output(), tensor("output"), 1e-5, "output");
      for (const ParamSlot& slot : params.layout.slots()) {
        if (!slot.spec.trainable || slot.name == "conv1.bias") continue;
        check_close(gradient.data() + slot.offset, tensor("gradient/" + slot.name), 2e-5, slot.name);
      }
    }
    optimizer.begin_step(0.01);
    for (std::size_t b = 0; b < optimizer.blocks().size(); ++b)
      optimizer.update_block(b, params.trainable.data(), gradient.data());
  }
  for (const ParamSlot& slot : params.layout.slots()) {
    if (slot.name == "conv1.bias" || slot.name == "bn1.running_mean") continue;
    check_close(params.at(slot), tensor("final/" + slot.name), 2e-3, "final " + slot.name);
  }
}

}  // namespace

TEST_CASE("outputs, gradients and ten Adam losses agree with PyTorch") {
  const kernels::IsaList isas = kernels::available_isas();
  for (int i = 0; i < isas.count; ++i) {
    train_like_pytorch(isas.items[i], false);
    train_like_pytorch(isas.items[i], true);
  }
}

TEST_CASE("inference with running statistics agrees with PyTorch") {
  const Graph graph = golden_network();
  Params<float> params{ParamLayout(graph)};
  load(params, "final/");
  const auto x = tensor("input");
  const kernels::IsaList isas = kernels::available_isas();
  for (int i = 0; i < isas.count; ++i) {
    ThreadPool pool(1);
    InferenceNetwork network(graph, params, 4, kernels::float_table(isas.items[i]), pool);
    check_close(network.run(x.data(), 4), tensor("final_inference"), 1e-5, "inference");
  }
}
