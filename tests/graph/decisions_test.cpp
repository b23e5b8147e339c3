// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "fpcpu/layers.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"
#include "support/random_values.hpp"

using namespace fpcpu;
using kernels::ConvAlgorithm;
using kernels::ConvPass;

namespace {

const kernels::KernelTable<float>& reference() { return kernels::eigen_table<float>(); }

/// What a table was asked at plan time, and whether its kernels were told what it had answered.
struct Asked {
  int questions = 0;
  int calls = 0;
  int wrong = 0;
  void told(ConvAlgorithm found, ConvAlgorithm expected) {
    ++calls;
    wrong += found == expected ? 0 : 1;
  }
} asked;

/// A different answer for each pass.
ConvAlgorithm answer(ConvPass pass) {
  return pass == ConvPass::forward         ? ConvAlgorithm::winograd2
         : pass == ConvPass::backward_data ? ConvAlgorithm::winograd4
                                           : ConvAlgorithm::direct;
}

/// Eigen's kernels, which do not look at the algorithm, behind entries that do.
kernels::KernelTable<float> asking_table() {
  kernels::KernelTable<float> t = reference();
  t.conv_algorithm = [](const kernels::ConvShape&, ConvPass pass) noexcept {
    ++asked.questions;
    return answer(pass);
  };
  t.conv_packed_size = [](const kernels::ConvShape&, ConvPass) noexcept {
    ++asked.questions;
    return std::size_t{0};
  };
  t.conv_scratch_size = [](const kernels::ConvShape& s, ConvPass pass) noexcept {
    ++asked.questions;
    return reference().conv_scratch_size(s, pass);
  };
  t.conv_pack = [](const kernels::ConvShape& s, ConvPass pass, const float*, float*) noexcept {
    asked.told(s.algorithm, answer(pass));
  };
  t.conv_forward = [](const kernels::ConvShape& s, const kernels::ConvForward<float>& a) noexcept {
    asked.told(s.algorithm, answer(ConvPass::forward));
    reference().conv_forward(s, a);
  };
  t.conv_backward_data = [](const kernels::ConvShape& s, const kernels::ConvBackwardData<float>& a) noexcept {
    asked.told(s.algorithm, answer(ConvPass::backward_data));
    reference().conv_backward_data(s, a);
  };
  t.conv_backward_weights = [](const kernels::ConvShape& s, const kernels::ConvBackwardWeights<float>& a) noexcept {
    asked.told(s.algorithm, answer(ConvPass::backward_weights));
    reference().conv_backward_weights(s, a);
  };
  return t;
}

/// Convolutions with and without an activation, one of which makes z again in backward, and one for the whole batch.
Graph convolutions() {
  Graph graph({8, 8, 3});
  graph.add("linear", make_conv2d({.out_channels = 8}));
  graph.add("relu", make_conv2d({.out_channels = 8, .activation = ActivationKind::relu}));
  graph.add("swish", make_conv2d({.out_channels = 256, .stride = 2, .activation = ActivationKind::hard_swish}));
  graph.add("large", make_conv2d({.out_channels = 288, .activation = ActivationKind::relu}));
  graph.add("pooled", make_global_average_pool());
  graph.add("out", make_dense({.units = 4}));
  return graph;
}

std::string line_of(const std::string& text, const std::string& beginning) {
  const std::size_t begin = text.find("\n  " + beginning + " ");
  return begin == std::string::npos ? "" : text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
}

}  // namespace

TEST_CASE("kernels are asked for an algorithm when a plan is made, and told it when it runs") {
  const kernels::KernelTable<float> table = asking_table();
  const Graph graph = convolutions();
  Params<float> params{ParamLayout(graph)};
  ThreadPool pool(1);
  for (const bool training : {true, false}) {
    CAPTURE(training);
    asked = {};
    PlanExecutor executor(graph, params, {.training = training, .batch = 3}, table, pool);
    // Each convolution: the algorithm, packed size and scratch of each pass.
    CHECK(asked.questions == 4 * (training ? 9 : 3));
    asked.questions = 0;
    const std::vector<float> x = test::random_values(3 * graph.input_shape().size(), 1);
    const std::vector<float> targets(3 * 4, 0.1F);
    const std::vector<float> visible(3 * 2, 1.0F);
    for (int step = 0; step < 2; ++step) {
      if (training) {
        (void)executor.train({.n = 3, .x = x.data(), .targets = targets.data(), .visible = visible.data()},
                             Objective(graph, make_mse_loss()));
      } else {
        (void)executor.infer(x.data(), 3);
      }
    }
    CHECK(asked.questions == 0);
    CHECK(asked.calls > 8);
    CHECK(asked.wrong == 0);
  }
}

TEST_CASE("a plan for inference has no decisions about gradients, one for training has them all") {
  const kernels::KernelTable<float> table = asking_table();
  const Graph graph = convolutions();
  const Plan plan = make_plan(graph, {.training = true, .batch = 3}, table);
  REQUIRE(plan.nodes[1].layer.conv);
  CHECK(plan.nodes[1].layer.conv->algorithm(ConvPass::forward) == ConvAlgorithm::winograd2);
  CHECK(plan.nodes[1].layer.conv->algorithm(ConvPass::backward_data) == ConvAlgorithm::winograd4);
  CHECK(plan.nodes[1].layer.conv->algorithm(ConvPass::backward_weights) == ConvAlgorithm::direct);
  CHECK_FALSE(plan.nodes[1].layer.whole_batch);
  CHECK_FALSE(plan.nodes[1].layer.conv->weights_once);
  CHECK(plan.nodes[4].layer.whole_batch);
  CHECK(plan.nodes[4].layer.conv->weights_once);
  CHECK_FALSE(plan.nodes[6].layer.conv);
  const Plan inference = make_plan(graph, {.training = false, .batch = 3}, table);
  CHECK(inference.nodes[4].layer.whole_batch);
  CHECK_FALSE(inference.nodes[4].layer.conv->weights_once);  // they stay the same
}

TEST_CASE("the table of a plan tells the algorithm of each pass, and who sees the whole batch") {
  const Graph graph = convolutions();
  const ParamLayout layout(graph);
  const kernels::KernelTable<float> table = asking_table();
  const std::string text = describe_plan(graph, make_plan(graph, {.training = true, .batch = 3}, table), layout);
  CHECK(line_of(text, "forward       linear").ends_with(" slices       F(2x2)"));
  CHECK(line_of(text, "backward      relu").ends_with(" slices       dw direct, dx F(4x4)"));
  CHECK(line_of(text, "backward      linear").ends_with(" slices       dw direct"));  // no gradient of the image
  CHECK(line_of(text, "forward       large").ends_with(" whole batch  F(2x2)"));
  CHECK(line_of(text, "backward      large").ends_with(" whole batch  dw direct, dx F(4x4)"));
  CHECK(line_of(text, "forward       out").ends_with(" slices"));
  CHECK(line_of(text, "loss          out").ends_with(" slices"));

  // Eigen's table has one algorithm; others have Winograd's for 3x3 with stride 1 only.
  const std::string plain = describe_plan(graph, make_plan(graph, {.training = true, .batch = 3}, reference()), layout);
  CHECK(plain.find("F(") == std::string::npos);
  CHECK(line_of(plain, "backward      relu").ends_with("dw direct, dx direct"));
  Graph maps({28, 28, 64});
  maps.add("same", make_conv2d({.out_channels = 64}));
  maps.add("half", make_conv2d({.out_channels = 64, .stride = 2}));
  maps.add("depthwise", make_depthwise_conv2d());
  const kernels::IsaList isas = kernels::available_isas();
  for (int i = 1; i < isas.count; ++i) {
    CAPTURE(i);
    const Plan plan = make_plan(maps, {.training = true, .batch = 8}, kernels::float_table(isas.items[i]));
    const std::string fast = describe_plan(maps, plan, ParamLayout(maps));
    CHECK(line_of(fast, "forward       same").ends_with(" slices       F(4x4)"));
    CHECK(line_of(fast, "backward      same").ends_with(" slices       dw F(4x4)"));
    CHECK(line_of(fast, "backward      half").ends_with(" slices       dw direct, dx direct"));
    CHECK(line_of(fast, "forward       depthwise").ends_with(" slices       direct"));
  }
}
