// SPDX-License-Identifier: MIT
// Networks that read more than one further input, outputs that later layers read, weights that more than two layers
// share, and terms that read several outputs and target streams at once.
#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <vector>

#include "fpcpu/layers.hpp"
#include "graph/plan_executor.hpp"
#include "graph/reference_executor.hpp"
#include "support/random_values.hpp"

using namespace fpcpu;

namespace {

constexpr int kBatch = 5;
constexpr int kPoints = 2;
constexpr Shape kImage{4, 4, 1};
constexpr Shape kLeft{1, 1, 2};
constexpr Shape kRight{1, 1, 2};

/// A first guess, which the answer is made from, so that its gradient comes from its term and from the layer behind it.
/// It is refined three times, by the same weights.
Graph refining() {
  Graph g(kImage);
  const int left = g.add_input("left", kLeft);
  const int right = g.add_input("right", kRight);
  const int seen = g.add("seen", make_dense({.units = 3}), {0});
  g.add("all", make_concat(), {seen, left, right});
  const int guess = g.add("guess", make_dense({.units = 2 * kPoints}));
  g.add("refine", make_dense({.units = 2 * kPoints}), {guess});
  g.add("again", make_dense({.units = 2 * kPoints}), {}, "refine");
  g.set_output(g.add("answer", make_dense({.units = 2 * kPoints}), {}, "refine"));
  g.add_output({"guess", guess, true, make_coordinates_head()});
  return g;
}

/// sum of (answer - guess) * (first stream + 10 * second stream) over the numbers of a sample, mean over samples.
class Between final : public Loss {
 public:
  std::string_view kind() const noexcept override { return "between"; }
  void check(const LossInputs&) const override {}
  double run(const LossArgs<float>& a) const noexcept override { return all(a); }
  double run(const LossArgs<double>& a) const noexcept override { return all(a); }

 private:
  template <class T>
  static double all(const LossArgs<T>& a) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.n) * 2 * kPoints; ++i) {
      const T factor = a.streams[0].value[i] + T(10) * a.streams[1].value[i];
      const T scaled = factor * static_cast<T>(a.inv_batch * a.weight);
      sum += static_cast<double>((a.outputs[0].value[i] - a.outputs[1].value[i]) * factor);
      a.outputs[0].gradient[i] += scaled;
      a.outputs[1].gradient[i] -= scaled;
    }
    return sum * a.inv_batch;
  }
};

const std::vector<StreamShape> kOffered = {{"near", {1, 1, 2 * kPoints}}, {"far", {1, 1, 2 * kPoints}}};

struct Data {
  std::vector<float> x = test::random_values(kBatch * kImage.size(), 1);
  std::vector<float> left = test::random_values(kBatch * kLeft.size(), 2);
  std::vector<float> right = test::random_values(kBatch * kRight.size(), 3);
  std::vector<float> targets = test::random_values(kBatch * 2 * kPoints, 4);
  std::vector<float> visible = std::vector<float>(kBatch * kPoints, 1.0F);
  std::vector<float> near = test::random_values(kBatch * 2 * kPoints, 5);
  std::vector<float> far = test::random_values(kBatch * 2 * kPoints, 6);
};

}  // namespace

TEST_CASE("further inputs keep their order, an output that later layers read learns from both, terms read slices") {
  const Graph graph = refining();
  const std::vector<TermSpec> terms = {{.name = "points", .loss = "mse"},
                                       {.name = "between",
                                        .outputs = {"landmarks", "guess"},
                                        .targets = {"near", "far"},
                                        .weight = 0.5,
                                        .own = std::make_shared<Between>()}};
  const Objective objective(graph, terms, kOffered);
  const Data data;
  const std::array<const float*, 2> further = {data.left.data(), data.right.data()};
  const std::array<const float*, 2> streams = {data.near.data(), data.far.data()};

  // By hand, from the outputs of the plain executor.
  Params<float> params{ParamLayout(graph)};
  initialize(params, 7);
  ReferenceExecutor<float> reference(graph, params, kBatch);
  reference.forward(std::array<const float*, 3>{data.x.data(), further[0], further[1]}, true);
  const float* answer = reference.output(graph.output());
  const float* guess = reference.output(graph.find("guess"));
  std::vector<float> d_answer(kBatch * 2 * kPoints);
  std::vector<float> d_guess(d_answer.size());
  std::array<double, 2> expected{};
  for (std::size_t i = 0; i < d_answer.size(); ++i) {
    const float error = static_cast<float>(kImage.w) * (answer[i] - data.targets[i]);
    const float factor = data.near[i] + 10 * data.far[i];
    expected[0] += static_cast<double>(error * error) / static_cast<double>(d_answer.size());
    expected[1] += static_cast<double>((answer[i] - guess[i]) * factor) / kBatch;
    d_guess[i] = -0.5F * factor / kBatch;
    d_answer[i] = 2 * error * static_cast<float>(kImage.w) / static_cast<float>(d_answer.size()) - d_guess[i];
  }
  reference.backward(std::array<const float*, 2>{d_answer.data(), d_guess.data()});

  ThreadPool pool(2);
  for (const int slices : {1, 2, 5}) {
    CAPTURE(slices);
    PlanExecutor plan(graph, params, {.training = true, .batch = kBatch, .max_slices = slices}, kernels::choose_table(),
                      pool);
    TrainInput input;
    input.n = kBatch;
    input.x = data.x.data();
    input.inputs = further;
    input.targets = data.targets.data();
    input.visible = data.visible.data();
    input.streams = streams;
    (void)plan.train(input, objective);
    CHECK(plan.terms()[0] == doctest::Approx(expected[0]).epsilon(1e-4));
    CHECK(plan.terms()[1] == doctest::Approx(expected[1]).epsilon(1e-4).scale(1.0));
    std::vector<float> gradient(params.layout.trainable_size());
    plan.gradient(gradient.data());
    for (const ParamSlot& slot : params.layout.slots()) {
      INFO(slot.name);
      for (std::size_t i = slot.offset; i < slot.offset + slot.spec.size(); ++i) {
        CHECK(gradient[i] == doctest::Approx(reference.gradients()[i]).epsilon(1e-3).scale(1.0));
      }
    }
  }
}
