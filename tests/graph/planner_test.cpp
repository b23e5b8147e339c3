// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "fpcpu/layers.hpp"
#include "graph/memory.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan.hpp"
#include "graph/whole_batch.hpp"
#include "graph/zoo/zoo.hpp"
#include "support/messages.hpp"

using namespace fpcpu;

namespace {

/// At this input size no convolution of resnet18 has weights so much larger than its maps that it sees the whole batch.
constexpr int kLargeMaps = 416;

const kernels::KernelTable<float>& table() { return kernels::eigen_table<float>(); }

std::size_t count(const Plan& plan, StepKind kind) {
  std::size_t n = 0;
  for (const Segment& s : plan.segments) {
    for (const auto* steps : {&s.steps, &s.whole}) {
      n += static_cast<std::size_t>(
          std::count_if(steps->begin(), steps->end(), [&](const Step& t) { return t.kind == kind; }));
    }
  }
  return n;
}

/// Of outputs, or of gradients.
std::size_t conversions(const Plan& plan, bool of_gradients) {
  std::size_t n = 0;
  for (const Segment& s : plan.segments) {
    n += static_cast<std::size_t>(std::count_if(s.steps.begin(), s.steps.end(), [&](const Step& t) {
      return t.kind == StepKind::convert && t.kept_dy == of_gradients;
    }));
  }
  return n;
}

}  // namespace

TEST_CASE("blocks alive at the same time never overlap and dead memory is used again") {
  MemoryPlanner planner;
  std::size_t a = 0;
  std::size_t b = 0;
  std::size_t c = 0;
  std::size_t d = 0;
  planner.add(&a, 1000, 0, 1);
  planner.add(&b, 500, 1, 2);
  planner.add(&c, 1000, 2, 3);
  planner.add(&d, 64, 0, 3);
  const std::size_t total = planner.solve();
  CHECK(a == c);
  CHECK((b >= a + 1024 || a >= b + 512));
  CHECK(total == 1024 + 512 + 64);
}

TEST_CASE("only batch norm cuts a training plan, and its sums come from the convolution in front") {
  const Graph graph = fuse_for_training(make_network("bn", {.input_size = 100}));
  const Plan plan = make_plan(graph, {.training = true, .batch = 8}, table());
  // Eight batch norms, forward and backward, one turning point; fc1 forward and backward over the whole batch.
  CHECK(plan.segments.size() == 19);
  CHECK(count(plan, StepKind::forward_sums) == 0);
  CHECK(count(plan, StepKind::backward_sums) == 8);
  CHECK(count(plan, StepKind::loss) == 1);
  const Plan base =
      make_plan(fuse_for_training(make_network("base", {.input_size = 100})), {.training = true, .batch = 8}, table());
  REQUIRE(base.segments.size() == 3);
  CHECK(base.segments[0].whole.size() == 1);  // fc1 forward, for all samples at once ...
  CHECK(base.segments[1].whole.size() == 1);  // ... and backward
  CHECK(base.segments[2].whole.empty());
}

TEST_CASE("an inference plan is one segment whose tensors stay with the worker, apart from the output") {
  const Graph graph = make_network("small", {.input_size = 16});
  const FoldedNetwork folded = fold_for_inference(graph, Params<float>{ParamLayout(graph)});
  const Plan plan = make_plan(folded.graph, {.training = false, .batch = 16}, table());
  CHECK(plan.segments.size() == 1);
  for (int i = 1; i < folded.graph.size(); ++i) {
    const Place place = plan.nodes[static_cast<std::size_t>(i)].y.place;
    CHECK((place == (i == folded.graph.output() ? Place::batch : Place::worker)));
  }
}

TEST_CASE("in inference a sum is made in the memory of the summand that nobody reads later") {
  const Graph graph = make_network("resnet18", {.input_size = kLargeMaps});
  const FoldedNetwork folded = fold_for_inference(graph, Params<float>{ParamLayout(graph)});
  const Plan plan = make_plan(folded.graph, {.training = false, .batch = 4}, table());
  int sums = 0;
  for (int i = 1; i < folded.graph.size(); ++i) {
    const Node& node = folded.graph.node(i);
    if (node.inputs.size() < 2) continue;
    ++sums;
    const auto at = [&](int k) -> const TensorPlan& { return plan.nodes[static_cast<std::size_t>(k)].y; };
    CHECK(at(i).place == Place::worker);
    CHECK(at(node.inputs[1]).place == Place::worker);
    CHECK(at(i).offset == at(node.inputs[1]).offset);
    CHECK(at(i).offset != at(node.inputs[0]).offset);
  }
  CHECK(sums == 8);

  // What convolutions that see the whole batch make or read has its own memory.
  const Graph small = make_network("resnet18", {.input_size = 32});
  const FoldedNetwork whole = fold_for_inference(small, Params<float>{ParamLayout(small)});
  const Plan apart = make_plan(whole.graph, {.training = false, .batch = 4}, table());
  int batches = 0;
  for (int i = 1; i < whole.graph.size(); ++i) {
    const Node& node = whole.graph.node(i);
    const auto at = [&](int k) -> const TensorPlan& { return apart.nodes[static_cast<std::size_t>(k)].y; };
    if (node.inputs.size() < 2 || at(i).place == Place::worker) continue;
    CHECK((at(node.inputs[1]).place == Place::worker || at(i).offset != at(node.inputs[1]).offset));
    ++batches;
  }
  CHECK(batches == 5);

  // A summand that is read again keeps its memory.
  Graph again({8, 8, 3});
  const int a = again.add("a", make_conv2d({.out_channels = 4}));
  const int b = again.add("b", make_conv2d({.out_channels = 4}));
  const int sum = again.add("sum", make_conv2d({.out_channels = 4, .residual = true}), {b, a});
  again.add("both", make_concat(), {sum, a});
  again.add("out", make_dense({.units = 2}));
  const Plan kept = make_plan(again, {.training = false, .batch = 4}, table());
  CHECK(kept.nodes[3].y.offset != kept.nodes[1].y.offset);

  // Neither over the image nor, in training, over anything.
  Graph image({8, 8, 3});
  image.add("sum", make_conv2d({.out_channels = 3, .residual = true}), {0, 0});
  image.add("out", make_dense({.units = 2}));
  CHECK(make_plan(image, {.training = false, .batch = 4}, table()).nodes[1].y.place == Place::worker);
  const Plan training = make_plan(folded.graph, {.training = true, .batch = 4}, table());
  for (int i = 1; i < folded.graph.size(); ++i) {
    const Node& node = folded.graph.node(i);
    if (node.inputs.size() < 2) continue;
    const TensorPlan& y = training.nodes[static_cast<std::size_t>(i)].y;
    const TensorPlan& residual = training.nodes[static_cast<std::size_t>(node.inputs[1])].y;
    CHECK((y.place != residual.place || y.offset != residual.offset));
  }
}

TEST_CASE("a convolution with weights much larger than its maps sees the whole batch") {
  Graph graph({4, 4, 256});
  graph.add("large", make_conv2d({.out_channels = 288}));
  graph.add("norm", make_batch_norm());
  graph.add("pooled", make_global_average_pool());
  graph.add("out", make_dense({.units = 2}));
  const Plan plan = make_plan(graph, {.training = true, .batch = 8}, table());
  // The sums of its output are merged behind it, in a segment that has no steps, and gradients come back the same way.
  REQUIRE(plan.segments.size() == 4);
  CHECK(plan.segments[0].steps.empty());
  REQUIRE(plan.segments[0].whole.size() == 1);
  CHECK(plan.segments[0].whole[0].kind == StepKind::forward);
  CHECK(plan.nodes[1].sums_of == 2);
  CHECK(plan.segments[1].steps.empty());
  CHECK(plan.segments[1].merge_forward == std::vector<int>{2});
  CHECK(plan.segments[2].merge_backward == std::vector<int>{2});
  REQUIRE(plan.segments[3].whole.size() == 1);
  CHECK(plan.segments[3].whole[0].kind == StepKind::backward);
  CHECK(plan.nodes[1].y.place == Place::batch);
  CHECK(plan.nodes[1].dy.place == Place::batch);
  CHECK(plan.gradient_shared == 9 * 256 * 288 + 288);
  CHECK(plan.slices.count() == 8);

  const auto whole = [](Shape in, Conv2dOptions options) {
    Graph one(in);
    one.add("conv", make_conv2d(options));
    return sees_whole_batch(one, 1);
  };
  CHECK(whole({4, 4, 256}, {.out_channels = 288}));
  CHECK_FALSE(whole({9, 9, 256}, {.out_channels = 288}));               // maps too large
  CHECK_FALSE(whole({4, 4, 256}, {.out_channels = 288, .kernel = 1}));  // weights too small
  CHECK_FALSE(whole({4, 4, 1024}, {.out_channels = 192}));              // too few channels for eight threads
  CHECK_FALSE(whole({4, 4, 256}, {.out_channels = 288, .activation = ActivationKind::sigmoid}));
  CHECK_FALSE(whole({4, 4, 512}, {.out_channels = 576, .groups = 2}));

  const std::string text = describe_plan(graph, plan, ParamLayout(graph));
  CHECK(text.find("whole batch  direct + sums for norm") != std::string::npos);
  CHECK(text.find("segment 2\n") != std::string::npos);
}

TEST_CASE("slices do not depend on threads and shrink when gradient rows would be large") {
  const Graph graph = make_network("bn", {.input_size = 32});
  PlanOptions options{.training = true, .batch = 32};
  const Plan plan = make_plan(graph, options, table());
  CHECK(plan.slices.count() == 8);
  options.row_bytes = 3 * plan.gradient_row * sizeof(float);
  CHECK(make_plan(graph, options, table()).slices.count() == 2);
}

TEST_CASE("few samples go through a segment together where tensors are large and weights small") {
  const auto most_samples = [](const Plan& plan) {
    int most = 0;
    for (const Segment& segment : plan.segments) most = std::max(most, segment.samples);
    return most;
  };
  const PlanOptions options{.training = true, .batch = 32};
  const Graph large = fuse_for_training(make_network("pfld", {}));
  const Plan plan = make_plan(large, options, table());
  CHECK(plan.segments.front().samples == 1);  // 112x112 images
  CHECK(most_samples(plan) == 4);             // the last maps of 7x7
  const Graph tiny = fuse_for_training(make_network("bn", {.input_size = 16}));
  CHECK(make_plan(tiny, options, table()).segments.front().samples == 4);

  // A dense layer assigns its gradients: its slice stays whole, large tensors or not.
  Graph dense({128, 128, 3});
  dense.add("conv", make_conv2d({.out_channels = 8}));
  dense.add("average", make_global_average_pool());
  dense.add("out", make_dense({.units = 2}));
  const Plan whole = make_plan(dense, {.training = true, .batch = 8, .max_slices = 2}, table());
  REQUIRE(whole.segments.size() == 1);
  CHECK(whole.segments.front().samples == 4);
  Graph heat({128, 128, 3});
  heat.add("conv", make_conv2d({.out_channels = 8}));
  const Plan pieces = make_plan(heat, {.training = true, .batch = 8, .max_slices = 2}, table());
  REQUIRE(pieces.segments.size() == 1);
  CHECK(pieces.segments.front().samples == 1);
}

TEST_CASE("an output that forward needs in one segment only is recomputed for backward") {
  const auto network = [](bool skips) {
    Graph graph({16, 16, 3});
    graph.add("a", make_conv2d({.out_channels = 8, .padding = 1}));
    const int norm = graph.add("norm", make_norm_act_pool({.activation = ActivationKind::relu}));
    graph.add("b", make_conv2d({.out_channels = 8, .padding = 1}));
    const int last = graph.add("last", make_norm_act_pool({.activation = ActivationKind::relu}));
    if (skips) graph.add("sum", make_add(), {norm, last});
    graph.add("out", make_dense({.units = 4}));
    return graph;
  };
  const Graph chain = network(false);
  const Plan plan = make_plan(chain, {.training = true, .batch = 8}, table());
  CHECK(count(plan, StepKind::recompute) == 1);  // `last` is read in the segment of the loss alone
  CHECK(plan.nodes[2].y.place == Place::worker);
  CHECK(plan.nodes[2].again.place == Place::worker);
  CHECK(plan.nodes[4].again.place == Place::absent);
  const Plan skipping = make_plan(network(true), {.training = true, .batch = 8}, table());
  CHECK(count(skipping, StepKind::recompute) == 0);
  CHECK(skipping.nodes[2].y.place == Place::batch);
  const Plan inference = make_plan(chain, {.training = false, .batch = 8}, table());
  CHECK(count(inference, StepKind::recompute) == 0);
}

TEST_CASE("in bf16, what batch norms of other segments read is kept rounded") {
  const Isa isa = kernels::available_isas().items[kernels::available_isas().count - 1];
  if (!kernels::has_table(isa, Precision::bf16)) return;
  const Graph graph = fuse_for_training(make_network("resnet18", {.input_size = kLargeMaps}));
  const PlanOptions options{.training = true, .batch = 8};
  const Plan fp32 = make_plan(graph, options, kernels::float_table(isa));
  const Plan bf16 = make_plan(graph, options, kernels::float_table(isa, Precision::bf16));
  CHECK(conversions(fp32, false) == 0);
  // Every convolution is read by its batch norm alone. Gradients: the first norms of 8 blocks and those of 3
  // projections; the others' are made in two segments.
  CHECK(conversions(bf16, false) == 20);
  CHECK(conversions(bf16, true) == 11);
  CHECK(static_cast<double>(bf16.batch_bytes) < 0.7 * static_cast<double>(fp32.batch_bytes));
  // With smaller images 7 of the 20 convolutions see the whole batch, those of four blocks among them.
  const Graph small = fuse_for_training(make_network("resnet18", {.input_size = 100}));
  const Plan whole = make_plan(small, options, kernels::float_table(isa, Precision::bf16));
  CHECK(conversions(whole, false) == 13);
  CHECK(conversions(whole, true) == 7);
  for (int i = 1; i < graph.size(); ++i) {
    const NodePlan& node = bf16.nodes[static_cast<std::size_t>(i)];
    if (node.kept_y.place == Place::absent) continue;
    CHECK(graph.node(i).layer->kind() == "conv2d");
    CHECK(node.y.place == Place::worker);
    CHECK(node.kept_y.place == Place::batch);
    CHECK(node.kept_y.storage.type == DataType::bf16);
    CHECK(2 * node.kept_y.bytes_per_sample == node.y.bytes_per_sample);
  }
  // The table of the plan tells the type of what each step makes or, in backward, reads.
  const ParamLayout layout(graph);
  std::istringstream lines(describe_plan(graph, bf16, layout));
  std::size_t in_bf16 = 0;
  for (std::string line; std::getline(lines, line);) {
    line.erase(std::min(line.size(), line.find(" slices ")));  // algorithms behind it have types of their own
    const bool kept = line.find(" bf16 ") != std::string::npos;
    if (line.starts_with("  convert ")) CHECK(kept);
    if (line.starts_with("  forward ")) CHECK(line.find(" fp32 ") != std::string::npos);
    in_bf16 += kept ? 1 : 0;
  }
  CHECK(in_bf16 == 20 + 2 * 11);  // conversions, and the backward steps that read the gradients
  CHECK(describe_plan(graph, fp32, layout).find(" bf16 ") == std::string::npos);
}

TEST_CASE("a layer nobody reads is an error that names it") {
  Graph graph({8, 8, 3});
  graph.add("lost", make_conv2d({.out_channels = 4}));
  graph.add("out", make_dense({.units = 4}), {0});
  const std::string text =
      test::message_of(ErrorCode::shape, [&] { (void)make_plan(graph, {.training = false, .batch = 1}, table()); });
  CHECK(test::contains(text, "'lost'"));
}

TEST_CASE("the printed plan shows every step") {
  const Graph graph = fuse_for_training(make_network("small", {}));
  const Plan plan = make_plan(graph, {.training = true, .batch = 32}, table());
  const std::string text = describe_plan(graph, plan, ParamLayout(graph));
  for (const char* part :
       {"segment 1", "conv1_bn", "norm_act_pool", "merge", "loss", "backward", "batch 32 in 8 slices", "at a time",
        "gradients ", "packed weights", "whole batch", "moved, MB"}) {
    CHECK_MESSAGE(test::contains(text, part), part);
  }
}
