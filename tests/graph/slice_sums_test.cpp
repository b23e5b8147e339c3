// SPDX-License-Identifier: MIT
// What a training step sums over the slices of its batch can be shared by processes, each with a run of the slices.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fpcpu/layers.hpp"
#include "graph/batch_sums.hpp"
#include "graph/plan_executor.hpp"
#include "support/random_values.hpp"

using namespace fpcpu;

namespace {

constexpr Shape kImage{8, 8, 3};
constexpr int kPoints = 2;

/// Two nodes share the weights of a convolution; nothing sees the whole batch.
Graph shared_weights() {
  Graph g(kImage);
  g.add("conv", make_conv2d({.out_channels = 3}));
  g.add("relu", make_activation({}));
  g.add("again", make_conv2d({.out_channels = 3}), {}, "conv");
  g.add("prelu", make_prelu());
  g.add("fc", make_dense({.units = 2 * kPoints}));
  return g;
}

struct Deal {
  int slices;
  int processes;
};

/// Terms and gradient of a step on the samples [first, first + n), each a slice.
struct Share {
  Share(const Graph& graph, const std::vector<float>& x, const std::vector<float>& targets, int first, int n,
        const kernels::KernelTable<float>& table) {
    Params<float> params{ParamLayout(graph)};
    initialize(params, 7);
    ThreadPool pool(2);
    PlanExecutor plan(graph, params, {.training = true, .batch = n, .max_slices = n}, table, pool);
    REQUIRE(plan.plan().slices.count() == n);
    REQUIRE(plan.plan().gradient_shared == 0);
    const std::vector<float> visible(static_cast<std::size_t>(n) * kPoints, 1.0F);
    TrainInput input;
    input.n = n;
    input.x = x.data() + static_cast<std::size_t>(first) * kImage.size();
    input.targets = targets.data() + static_cast<std::size_t>(first) * 2 * kPoints;
    input.visible = visible.data();
    (void)plan.train(input, Objective(graph, make_loss("smooth-l1")));
    term = plan.terms()[0];
    gradient.resize(params.layout.trainable_size());
    plan.gradient(gradient.data());
  }
  double term = 0;
  std::vector<float> gradient;
};

}  // namespace

TEST_CASE("gradient and loss of a batch are, bit for bit, the joint ones of processes with a run of its slices each") {
  const Graph graph = shared_weights();
  const kernels::IsaList isas = kernels::available_isas();
  for (const Isa isa : std::span(isas.items).first(static_cast<std::size_t>(isas.count))) {
    const kernels::KernelTable<float>& table = kernels::float_table(isa);
    for (const Deal deal : {Deal{8, 2}, Deal{8, 4}, Deal{6, 2}, Deal{12, 4}, Deal{10, 2}}) {
      const int slices = deal.slices;
      const int processes = deal.processes;
      INFO(to_string(isa) << ", " << slices << " slices, " << processes << " processes");
      const auto samples = static_cast<std::size_t>(slices);
      const std::vector<float> x = test::random_values(samples * kImage.size(), 1);
      const std::vector<float> targets = test::random_values(samples * 2 * kPoints, 2);
      const Share whole(graph, x, targets, 0, slices, table);
      CHECK(whole.term > 0);
      std::vector<Share> shares;
      for (int p = 0; p < processes; ++p) {
        shares.emplace_back(graph, x, targets, p * slices / processes, slices / processes, table);
      }
      for (std::size_t step = 1; step < shares.size(); step *= 2) {
        for (std::size_t p = 0; p < shares.size(); p += 2 * step) {
          const Share& other = shares[p + step];
          shares[p].term += other.term;
          for (std::size_t i = 0; i < other.gradient.size(); ++i) shares[p].gradient[i] += other.gradient[i];
        }
      }
      // Each process took the mean over its own samples.
      CHECK(whole.term == shares[0].term / processes);
      std::vector<float> joint = shares[0].gradient;
      for (float& g : joint) g /= static_cast<float>(processes);
      CHECK(whole.gradient == joint);
    }
  }
}

TEST_CASE("weights used by a layer in slices and by one that sees the whole batch learn from both") {
  constexpr int kBatch = 3;
  constexpr Shape kMap{8, 8, 512};
  const auto twice = [&](const std::string& owner) {
    Graph g(kMap);
    g.add("a", make_conv2d({.out_channels = 512, .kernel = 1}));
    g.add("pool", make_max_pool());
    g.add("b", make_conv2d({.out_channels = 512, .kernel = 1}), {}, owner);
    g.add("fc", make_dense({.units = 2 * kPoints}));
    return g;
  };
  const std::vector<float> x = test::random_values(kBatch * kMap.size(), 1);
  const std::vector<float> targets = test::random_values(kBatch * 2 * kPoints, 2);
  const std::vector<float> visible(kBatch * kPoints, 1.0F);
  const auto gradient_of = [&](const Graph& graph, Params<float>& params) {
    ThreadPool pool(2);
    PlanExecutor plan(graph, params, {.training = true, .batch = kBatch}, kernels::choose_table(), pool);
    CHECK_FALSE(plan.plan().nodes[static_cast<std::size_t>(graph.find("a"))].layer.whole_batch);
    CHECK(plan.plan().nodes[static_cast<std::size_t>(graph.find("b"))].layer.whole_batch);
    TrainInput input;
    input.n = kBatch;
    input.x = x.data();
    input.targets = targets.data();
    input.visible = visible.data();
    (void)plan.train(input, Objective(graph, make_loss("mse")));
    std::vector<float> gradient(params.layout.trainable_size());
    plan.gradient(gradient.data());
    // A part of a parameter, as the blocks of an optimizer's update ask for it.
    const std::size_t begin = params.layout.find("a.weight")->offset + 700;
    std::vector<float> part(1000);
    plan.gradient(begin, begin + part.size(), part.data());
    CHECK(std::equal(part.begin(), part.end(), gradient.begin() + static_cast<std::ptrdiff_t>(begin)));
    return gradient;
  };
  const Graph shared = twice("a");
  const Graph apart = twice("");
  Params<float> one{ParamLayout(shared)};
  initialize(one, 7);
  Params<float> two{ParamLayout(apart)};
  for (const ParamSlot& slot : two.layout.slots()) {
    const ParamSlot* owner = one.layout.find(slot.name);
    if (owner == nullptr) owner = one.layout.find("a" + slot.name.substr(1));
    std::copy_n(one.at(*owner), slot.spec.size(), two.at(slot));
  }
  const std::vector<float> together = gradient_of(shared, one);
  const std::vector<float> each = gradient_of(apart, two);
  for (const char* name : {"weight", "bias"}) {
    const ParamSlot& of_a = *two.layout.find(std::string("a.") + name);
    const ParamSlot& of_b = *two.layout.find(std::string("b.") + name);
    const ParamSlot& of_both = *one.layout.find(std::string("a.") + name);
    std::vector<float> sum(of_both.spec.size());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = each[of_a.offset + i] + each[of_b.offset + i];
    CHECK(std::equal(sum.begin(), sum.end(), together.begin() + static_cast<std::ptrdiff_t>(of_both.offset)));
    CHECK(std::any_of(sum.begin(), sum.end(), [](float g) { return g != 0.0F; }));
  }
}

TEST_CASE("sums over the whole batch are, bit for bit, those of two halves of its slices added") {
  constexpr std::size_t kOffset = 3;
  constexpr std::size_t kCount = 70;
  for (const int slices : {2, 6, 8, 14}) {
    CAPTURE(slices);
    const auto sums_of = [](int count) {
      Plan plan;
      plan.slices = Slices(count, count);
      plan.sums_size = kOffset + kCount + 2;
      return BatchSums(plan);
    };
    BatchSums whole = sums_of(slices);
    BatchSums halves[] = {sums_of(slices / 2), sums_of(slices / 2)};
    for (const bool is_forward : {true, false}) {
      for (int s = 0; s < slices; ++s) {
        const std::vector<float> values = test::random_values(kCount, static_cast<std::uint64_t>(100 + s));
        const int half = s * 2 / slices;
        for (std::size_t k = 0; k < kCount; ++k) {
          const double value = std::exp(static_cast<double>(values[k]));
          whole.row(s, kOffset, is_forward)[k] = value;
          halves[half].row(s - half * slices / 2, kOffset, is_forward)[k] = value;
        }
      }
      whole.merge(kOffset, kCount, slices, is_forward);
      for (BatchSums& half : halves) half.merge(kOffset, kCount, slices / 2, is_forward);
      for (std::size_t k = 0; k < kCount; ++k) {
        CHECK(whole.total(kOffset, is_forward)[k] ==
              halves[0].total(kOffset, is_forward)[k] + halves[1].total(kOffset, is_forward)[k]);
      }
      CHECK(whole.total(0, is_forward)[0] == 0.0);
      CHECK(whole.total(kOffset + kCount, is_forward)[0] == 0.0);
    }
  }
}
