// SPDX-License-Identifier: MIT
// The zoo's networks are PyTorch's: digests of outputs, gradients and running statistics of one training step at full
// size. tests/golden/make_golden.py wrote them in double, from weights and images that both sides make by a formula.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "graph/inference.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"
#include "graph/reference_executor.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/safetensors.hpp"
#include "support/sanitized.hpp"

using namespace fpcpu;

namespace {

constexpr int kBatch = 2;

/// Element `i` of what make_golden.py calls formula(name).
class Formula {
 public:
  explicit Formula(const std::string& name) {
    for (const char c : name) start_ = (start_ ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  double operator()(std::size_t i) const {
    std::uint32_t x = start_ + static_cast<std::uint32_t>(i) * 0x9E3779B9U;
    x = (x ^ (x >> 16U)) * 0x7FEB352DU;
    x = (x ^ (x >> 15U)) * 0x846CA68BU;
    x ^= x >> 16U;
    return static_cast<double>(x) / 0x1p31 - 1.0;
  }

 private:
  std::uint32_t start_ = 2166136261U;
};

std::vector<float> formula_values(const std::string& name, std::size_t count) {
  const Formula formula(name);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(formula(i));
  return values;
}

template <class T>
void fill(Params<T>& params) {
  initialize(params, 1);  // running statistics
  for (const ParamSlot& slot : params.layout.slots()) {
    if (!slot.spec.trainable) continue;
    const Formula formula(slot.name);
    const std::string& kind = slot.spec.name;
    const double scale = std::sqrt(6.0 / static_cast<double>(slot.spec.fan_in));
    for (std::size_t i = 0; i < slot.spec.size(); ++i) {
      const double v = formula(i);
      const double value = kind == "weight" ? v * scale : kind == "gamma" ? 1.0 + 0.25 * v : 0.125 * v;
      params.at(slot)[i] = static_cast<T>(static_cast<float>(value));
    }
  }
}

/// Compares values with their digest in the golden file.
class Golden {
 public:
  Golden(std::string model, double tolerance) : model_(std::move(model)), tolerance_(tolerance) {}

  template <class T>
  void check(const std::string& what, const T* values, std::size_t count) {
    const auto [norm, dot] = digest(what);
    largest_ = std::max(largest_, norm);
    // A bias in front of a batch norm has the gradient 0, up to rounding.
    if (norm < 1e-6 * largest_) return;
    const Formula formula("digest");
    double square = 0;
    double product = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto v = static_cast<double>(values[i]);
      square += v * v;
      product += v * formula(i);
    }
    CHECK_MESSAGE(std::abs(std::sqrt(square) / norm - 1) < tolerance_, model_ << " " << what);
    CHECK_MESSAGE(std::abs(product - dot) / norm < tolerance_, model_ << " " << what);
  }

  template <class T>
  void check_params(const Params<T>& params, const T* gradient) {
    for (const ParamSlot& slot : params.layout.slots()) {
      const bool trains = slot.spec.trainable;
      check((trains ? "gradient/" : "statistics/") + slot.name, trains ? gradient + slot.offset : params.at(slot),
            slot.spec.size());
    }
  }

 private:
  [[nodiscard]] std::pair<double, double> digest(const std::string& what) const {
    static const SafetensorsFile file(std::string(FPCPU_SOURCE_DIR) + "/tests/golden/zoo.safetensors");
    const auto* tensor = file.find(model_ + "/" + what);
    REQUIRE_MESSAGE(tensor != nullptr, model_ << "/" << what);
    std::vector<float> values(2);
    file.copy(*tensor, values);
    return {values[0], values[1]};
  }

  std::string model_;
  double tolerance_;
  double largest_ = 0;
};

/// f = <output, dy>: the gradient is dy itself.
class Linear final : public Loss {
 public:
  Linear(const Graph& graph, const float* targets) : size_(graph.output_shape().size()), targets_(targets) {
    dy_ = formula_values("dy", kBatch * size_);
  }
  std::string_view kind() const noexcept override { return "linear"; }
  double run(const LossArgs<float>& a) const noexcept override {
    const auto first = static_cast<std::size_t>(a.target - targets_) / (2 * static_cast<std::size_t>(a.points));
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.n) * size_; ++i) a.dpred[i] += dy_[first * size_ + i];
    return 0;
  }
  double run(const LossArgs<double>&) const noexcept override { return 0; }

 private:
  std::size_t size_;
  const float* targets_;
  std::vector<float> dy_;
};

Graph network(const std::string& model) {
  const Graph graph = make_network(model, {});
  return model == "bn" ? set_dropout(graph, 0.0) : graph;
}

const std::vector<std::string> kModels = {"base", "bn", "resnet18", "pfld", "hourglass"};

}  // namespace

TEST_CASE("the definitions in double are PyTorch's in double" * doctest::skip(test::kSanitized)) {
  for (const std::string& model : kModels) {
    const Graph graph = network(model);
    const std::size_t outputs = kBatch * graph.output_shape().size();
    Params<double> params{ParamLayout(graph)};
    fill(params);
    const auto x = formula_values("input", kBatch * graph.input_shape().size());
    const auto dy = formula_values("dy", outputs);
    const std::vector<double> wide_x(x.begin(), x.end());
    const std::vector<double> wide_dy(dy.begin(), dy.end());

    Golden golden(model, 1e-6);  // the file keeps floats
    ReferenceExecutor<double> reference(graph, params, kBatch);
    golden.check("output", reference.forward(wide_x.data(), true), outputs);
    reference.backward(wide_dy.data());
    golden.check_params(params, reference.gradients().data());
    golden.check("inference", reference.forward(wide_x.data(), false), outputs);
  }
}

TEST_CASE("the fast path, fused, in float agrees with PyTorch at full size" * doctest::skip(test::kSanitized)) {
  for (const std::string& model : kModels) {
    const Graph graph = network(model);
    const Graph fused = fuse_for_training(graph);
    const auto x = formula_values("input", kBatch * graph.input_shape().size());
    const std::vector<float> targets(kBatch * 2 * 14, 0.0F);
    const std::vector<float> visible(kBatch * 14, 1.0F);
    Params<float> params{ParamLayout(graph)};
    fill(params);
    ThreadPool pool(2);
    const auto& table = kernels::choose_table();
    PlanExecutor plan(fused, params, {.training = true, .batch = kBatch}, table, pool);
    TrainInput input;
    input.n = kBatch;
    input.x = x.data();
    input.targets = targets.data();
    input.visible = visible.data();
    (void)plan.train(input, Objective(graph, std::make_shared<Linear>(graph, targets.data())));
    std::vector<float> gradient(params.layout.trainable_size());
    plan.gradient(gradient.data());

    // Rounding makes a few ReLUs near zero switch, and batch norm over two images amplifies that layer by layer; a
    // wrong stride, padding, epsilon or skip changes a digest by 1e-1 and more.
    Golden golden(model, 1e-2);
    golden.check("output", plan.output(), kBatch * graph.output_shape().size());
    golden.check_params(params, gradient.data());
    InferenceNetwork inference(graph, params, kBatch, table, pool);
    golden.check("inference", inference.run(x.data(), kBatch), kBatch * graph.output_shape().size());
  }
}
