// SPDX-License-Identifier: MIT
#include "graph/objective.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "graph/inference.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"
#include "graph/reference_executor.hpp"
#include "support/messages.hpp"
#include "support/random_values.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;

namespace {

constexpr int kBatch = 5;
constexpr int kPoints = 2;
constexpr Shape kImage{8, 8, 3};

/// Two pictures of a face go through one backbone; coordinates come from both, three numbers from the second scale in
/// training only, and two more from what the backbone makes without teaching it.
Graph two_streams() {
  Graph g(kImage);
  const int second = g.add_input("second", kImage);
  const auto backbone = [&](const std::string& name, int input, const std::string& owner) {
    const auto of = [&](const char* layer) { return owner.empty() ? std::string() : owner + layer; };
    g.add(name + "_conv", make_conv2d({.out_channels = 6, .bias = false}), {input}, of("_conv"));
    g.add(name + "_norm", make_batch_norm(), {}, of("_norm"));
    g.add(name + "_relu", make_activation({}));
    return g.add(name + "_pool", make_max_pool());
  };
  const int a = backbone("a", 0, "");
  const int b = backbone("b", second, "a");
  const int scale = g.add("scale", make_conv2d({.out_channels = 4, .stride = 2}), {a});
  const int landmarks = g.add("fc", make_dense({.units = 2 * kPoints}), {scale});
  const int pose = g.add("pose", make_dense({.units = 3}), {scale});
  g.add("apart", make_concat(), {a, b});
  g.add("stopped", make_stop_gradient());
  const int critic = g.add("critic", make_dense({.units = 2}));
  const int seen = g.add("fc2", make_dense({.units = 2 * kPoints}), {b});
  g.set_output(landmarks);
  g.add_output({"pose", pose, true});
  g.add_output({"critic", critic, true});
  g.add_output({"seen", seen, true, make_coordinates_head()});
  return g;
}

const std::vector<StreamShape> kOffered = {{"angles", {1, 1, 3}},
                                           {"second", kImage},
                                           {"real", {1, 1, 2}},
                                           {"importance", {1, 1, 1}},
                                           {"certainty", {1, 1, kPoints}}};
const std::vector<TermSpec> kTerms = {
    {"", "smooth-l1", {}, {}, "importance", 1},
    {"pose", "mse", {"pose"}, {"angles"}, "", 0.5},
    {"", "mse", {"critic"}, {"real"}, "", 2},
    {"", "wing:w=5", {"seen"}, {}, "certainty", 0.25},
};

/// One batch with all streams, in float and in double.
struct Data {
  std::vector<float> x = test::random_values(kBatch * kImage.size(), 1);
  std::vector<float> second = test::random_values(kBatch * kImage.size(), 2);
  std::vector<float> targets = test::random_values(kBatch * 2 * kPoints, 3);
  std::vector<float> visible = std::vector<float>(kBatch * kPoints, 1.0F);
  std::vector<float> angles = test::random_values(kBatch * 3, 4);
  std::vector<float> real = test::random_values(kBatch * 2, 5);
  std::vector<float> importance = {1, 0.5F, 2, 0, 1};
  std::vector<float> certainty = test::random_values(kBatch * kPoints, 6);

  Data() {
    visible[3] = 0;
    angles[4] = std::numeric_limits<float>::quiet_NaN();
    for (float& c : certainty) c = std::abs(c);
  }
};

template <class T>
struct Inputs {
  explicit Inputs(const Data& d, const Objective& objective)
      : x(d.x.begin(), d.x.end()),
        second(d.second.begin(), d.second.end()),
        targets(d.targets.begin(), d.targets.end()),
        visible(d.visible.begin(), d.visible.end()) {
    for (const StreamShape& stream : objective.streams()) {
      const auto& from = stream.name == "angles"       ? d.angles
                         : stream.name == "real"       ? d.real
                         : stream.name == "importance" ? d.importance
                                                       : d.certainty;
      values.emplace_back(from.begin(), from.end());
    }
    for (const auto& one : values) streams.push_back(one.data());
  }
  std::vector<T> x, second, targets, visible;
  std::vector<std::vector<T>> values;
  std::vector<const T*> streams;
};

/// Loss, terms and gradients by the plain executor.
template <class T>
struct Reference {
  Reference(const Graph& graph, Params<T>& params, const Objective& objective, const Data& data,
            std::uint32_t active = UINT32_MAX)
      : executor(graph, params, kBatch) {
    Inputs<T> in(data, objective);
    const std::array<const T*, 2> inputs = {in.x.data(), in.second.data()};
    executor.forward(inputs, true);
    const ObjectiveBatch<T> batch{kBatch, in.targets.data(), in.visible.data(), in.streams, active};
    std::vector<std::vector<T>> gradients;
    std::vector<LossOutput<T>> outputs;
    for (const Output& o : graph.outputs()) {
      const Shape shape = graph.node(o.node).signature.out;
      gradients.emplace_back(kBatch * shape.size(), T(0));
      outputs.push_back({executor.output(o.node), nullptr, shape});
    }
    std::vector<const T*> dys;
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      outputs[o].gradient = gradients[o].data();
      dys.push_back(gradients[o].data());
    }
    terms.assign(objective.terms().size(), 0.0);
    objective.run<T>(batch, objective.scales(batch), 0, kBatch, outputs, terms);
    for (std::size_t t = 0; t < terms.size(); ++t) loss += objective.terms()[t].weight * terms[t];
    executor.backward(dys);
  }
  ReferenceExecutor<T> executor;
  std::vector<double> terms;
  double loss = 0;
};

template <class T>
Params<T> start_of(const Graph& graph) {
  Params<T> params{ParamLayout(graph)};
  initialize(params, 7);
  return params;
}

std::vector<const ParamSlot*> trainable(const ParamLayout& layout) {
  std::vector<const ParamSlot*> slots;
  for (const ParamSlot& slot : layout.slots()) {
    if (slot.spec.trainable) slots.push_back(&slot);
  }
  return slots;
}

}  // namespace

TEST_CASE("two streams, several outputs: the gradient of the objective is that of central differences") {
  const Graph graph = two_streams();
  const Objective objective(graph, kTerms, kOffered);
  CHECK(objective.terms()[0].name == "smooth-l1");
  CHECK(objective.terms()[2].name == "mse");
  CHECK(objective.judging_loss()->kind() == "smooth-l1");
  const Data data;
  Params<double> start = start_of<double>(graph);
  const Reference<double> once(graph, start, objective, data);
  double squares = 0;
  for (std::size_t i = 0; i < data.angles.size(); ++i) {
    const double found = once.executor.output(graph.find("pose"))[i];
    if (!std::isnan(data.angles[i])) squares += std::pow(found - static_cast<double>(data.angles[i]), 2);
  }
  CHECK(once.terms[1] == doctest::Approx(squares / static_cast<double>(data.angles.size() - 1)));
  // What the critic sees is a constant for the layers in front of it: their differences are taken without its term.
  for (const std::uint32_t active : {0b1011U, 0b1111U}) {
    Params<double> params = start_of<double>(graph);
    Reference<double> all(graph, params, objective, data, active);
    CHECK((all.terms[2] != 0) == (active == 0b1111U));
    for (const ParamSlot* slot : trainable(params.layout)) {
      const bool in_front_of_critic = slot->name.starts_with("a_");
      if (active == 0b1111U && in_front_of_critic) continue;
      for (std::size_t i = 0; i < slot->spec.size(); i += 1 + slot->spec.size() / 5) {
        double& value = params.at(*slot)[i];
        const double old = value;
        const auto loss_at = [&](double v) {
          value = v;
          return Reference<double>(graph, params, objective, data, active).loss;
        };
        const double expected = (loss_at(old + 1e-5) - loss_at(old - 1e-5)) / 2e-5;
        value = old;
        INFO(slot->name << " " << i);
        CHECK(all.executor.gradients()[slot->offset + i] == doctest::Approx(expected).epsilon(1e-4).scale(1.0));
      }
    }
  }
}

TEST_CASE("a weight that is not known is 1") {
  const Graph graph = two_streams();
  const Objective objective(graph, kTerms, kOffered);
  const auto loss_with = [&](float weight) {
    Data data;
    data.importance[1] = data.certainty[2] = weight;
    Params<double> params = start_of<double>(graph);
    return Reference<double>(graph, params, objective, data).loss;
  };
  CHECK(loss_with(std::numeric_limits<float>::quiet_NaN()) == loss_with(1));
  CHECK(loss_with(2) != loss_with(1));
}

TEST_CASE("the main output is the last layer that is no other output, unless it is named") {
  Graph g(kImage);
  const int first = g.add("first", make_dense({.units = 3}));
  const int second = g.add("second", make_dense({.units = 2 * kPoints}));
  g.add_output({"pose", second, true});
  CHECK(g.output() == first);
  CHECK(contains(message_of(ErrorCode::usage, [&] { g.add_output({"x", first, true}); }), "no layer is left"));
  CHECK(g.outputs().size() == 2);
  CHECK(contains(message_of(ErrorCode::usage, [&] { g.set_output(second); }), "'pose'"));
  CHECK(contains(message_of(ErrorCode::usage, [&] { g.add_output({"landmarks", first, true}); }), "main one"));
  const int third = g.add("third", make_dense({.units = 2 * kPoints}), {first});
  CHECK(g.output() == third);
  g.set_output(first);
  CHECK(contains(message_of(ErrorCode::usage, [&] { g.add_output({"x", first, true}); }), "'landmarks'"));
}

TEST_CASE("nothing behind stop_gradient teaches what is in front of it") {
  const Graph graph = two_streams();
  const Objective objective(graph, kTerms, kOffered);
  const Data data;
  Params<double> params = start_of<double>(graph);
  const Reference<double> critic(graph, params, objective, data, 0b0100U);
  for (const ParamSlot* slot : trainable(params.layout)) {
    double largest = 0;
    for (std::size_t i = 0; i < slot->spec.size(); ++i) {
      largest = std::max(largest, std::abs(critic.executor.gradients()[slot->offset + i]));
    }
    INFO(slot->name);
    CHECK((largest > 0) == slot->name.starts_with("critic."));
  }
}

TEST_CASE("the plan trains two streams and several outputs as the plain executor does") {
  const Graph graph = two_streams();
  const Graph fused = fuse_for_training(graph);
  CHECK(fused.size() < graph.size());
  const Objective objective(graph, kTerms, kOffered);
  const Data data;
  const Inputs<float> in(data, objective);
  const std::array<const float*, 1> second = {in.second.data()};
  const kernels::IsaList isas = kernels::available_isas();
  for (const Isa isa : std::span(isas.items).first(static_cast<std::size_t>(isas.count))) {
    for (const Graph* executed : {&graph, &fused}) {
      for (const int slices : {1, 2, 5}) {
        Params<float> params = start_of<float>(graph);
        Params<float> plain = params.clone();
        const Reference<float> expected(graph, plain, objective, data);
        ThreadPool pool(2);
        PlanExecutor plan(*executed, params, {.training = true, .batch = kBatch, .max_slices = slices},
                          kernels::float_table(isa), pool);
        TrainInput input;
        input.n = kBatch;
        input.x = in.x.data();
        input.inputs = second;
        input.targets = in.targets.data();
        input.visible = in.visible.data();
        input.streams = in.streams;
        INFO(to_string(isa) << " in " << slices << " slices, " << executed->size() << " nodes");
        CHECK(plan.train(input, objective) == doctest::Approx(expected.loss).epsilon(1e-4));
        for (std::size_t t = 0; t < kTerms.size(); ++t) {
          CHECK(plan.terms()[t] == doctest::Approx(expected.terms[t]).epsilon(1e-4));
        }
        std::vector<float> gradient(params.layout.trainable_size());
        plan.gradient(gradient.data());
        for (const ParamSlot* slot : trainable(params.layout)) {
          INFO(slot->name);
          for (std::size_t i = 0; i < slot->spec.size(); ++i) {
            const auto right = static_cast<double>(expected.executor.gradients()[slot->offset + i]);
            CHECK(static_cast<double>(gradient[slot->offset + i]) == doctest::Approx(right).epsilon(1e-3).scale(1.0));
          }
        }
        // Both uses of the batch norm move its running statistics, one after the other.
        const std::size_t statistics = params.buffers.size();
        for (std::size_t i = 0; i < statistics; ++i) {
          CHECK(params.buffers[i] == doctest::Approx(plain.buffers[i]).epsilon(1e-4));
        }
        input.active = 0b0001U;
        (void)plan.train(input, objective);
        CHECK(plan.terms()[1] == 0);
      }
    }
  }
}

TEST_CASE("inference keeps what the main output needs, and gives the same numbers") {
  const Graph graph = two_streams();
  Params<float> params = start_of<float>(graph);
  const Graph dropped = drop_training_only(graph);
  CHECK(dropped.first_layer() == 1);
  CHECK(dropped.outputs().size() == 1);
  CHECK(dropped.size() == 7);
  CHECK(dropped.find("b_conv") < 0);
  const Data data;
  ReferenceExecutor<float> reference(graph, params, kBatch);
  const std::array<const float*, 2> inputs = {data.x.data(), data.second.data()};
  const float* expected = reference.forward(inputs, false);
  ThreadPool pool(2);
  InferenceNetwork network(graph, params, kBatch, kernels::choose_table(), pool);
  const float* found = network.run(data.x.data(), kBatch);
  for (std::size_t i = 0; i < kBatch * 2 * kPoints; ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
}

TEST_CASE("weights that two nodes share fold into each with the batch norm behind it") {
  Graph g(kImage);
  const int conv = g.add("conv", make_conv2d({.out_channels = 3, .bias = false}));
  g.add("norm", make_batch_norm());
  g.add("again", make_conv2d({.out_channels = 3, .bias = false}), {}, "conv");
  g.add("norm2", make_batch_norm());
  g.add("fc", make_dense({.units = 2 * kPoints}));
  CHECK(conv == 1);
  Params<float> params = start_of<float>(g);
  CHECK(params.layout.slots().size() == 1 + 4 + 4 + 2);
  for (float& v : params.buffers) v += 0.5F;
  const Data data;
  ReferenceExecutor<float> reference(g, params, kBatch);
  const float* expected = reference.forward(data.x.data(), false);
  const FoldedNetwork folded = fold_for_inference(g, params);
  CHECK(folded.graph.size() == 4);
  FoldedNetwork own{folded.graph, folded.params.clone()};
  ReferenceExecutor<float> inference(own.graph, own.params, kBatch);
  const float* found = inference.forward(data.x.data(), false);
  for (std::size_t i = 0; i < kBatch * 2 * kPoints; ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
}

TEST_CASE("inference is judged by the first term that compares the points alone, and without weights") {
  const Graph graph = two_streams();
  const auto judged_by = [&](const std::vector<TermSpec>& terms) {
    return std::string(Objective(graph, terms, kOffered).judging_loss()->kind());
  };
  const TermSpec weighted{"", "mse", {}, {}, "importance"};
  const TermSpec other{"", "l1", {"seen"}};
  CHECK(judged_by({weighted, other, {"", "wing"}, {"", "l1"}}) == "wing");
  CHECK(judged_by({weighted, other}) == "smooth-l1");
}

TEST_CASE("what does not fit into a network or an objective is named") {
  Graph g = two_streams();
  CHECK(contains(message_of(ErrorCode::usage, [&] { g.add_input("late", kImage); }), "before the first layer"));
  CHECK(contains(message_of(ErrorCode::usage, [&] { g.add_output({"pose", 3, true}); }), "has one of this name"));
  CHECK(contains(message_of(ErrorCode::usage, [&] { g.add_output({"x", 1, true}); }), "does not exist"));
  CHECK(contains(message_of(ErrorCode::shape, [&] { g.add("c", make_dense({.units = 7}), {5}, "fc"); }), "fc"));
  const auto fails = [&](ErrorCode code, TermSpec term) {
    return message_of(code, [&] { Objective(g, std::vector<TermSpec>{std::move(term)}, kOffered); });
  };
  CHECK(contains(fails(ErrorCode::usage, {"t", "mse", {"pos"}, {"angles"}}), "Did you mean 'pose'?"));
  CHECK(contains(fails(ErrorCode::usage, {"t", "mse", {"pose"}, {"angels"}}), "Did you mean 'angles'?"));
  CHECK(contains(fails(ErrorCode::shape, {"t", "mse", {"pose"}, {"real"}}), "1x1x3"));
  CHECK(contains(fails(ErrorCode::shape, {"t", "mse", {"pose"}, {}}), "name the target stream"));
  CHECK(contains(fails(ErrorCode::shape, {"t", "mse", {"pose", "critic"}, {"real"}}), "one output"));
  CHECK(contains(fails(ErrorCode::shape, {"t", "mse", {}, {}, "angles"}), "expected 1 or 2"));
  CHECK(contains(fails(ErrorCode::usage, {"t", "auto", {"pose"}, {"angles"}}), "no usual one"));
  CHECK(contains(fails(ErrorCode::usage, {"t", "heatmap-mse", {}, {}}), "coordinates"));
  CHECK(contains(fails(ErrorCode::shape, {"t", "heatmap-mse", {"pose"}, {}}), "one map per point"));
  CHECK(contains(fails(ErrorCode::shape, {"t", "mse", {"critic"}, {"real"}, "certainty"}), "one per sample"));

  Graph needs_second(kImage);
  const int second = needs_second.add_input("second", kImage);
  needs_second.add("c", make_dense({.units = 4}), {second});
  CHECK(contains(message_of(ErrorCode::shape, [&] { (void)drop_training_only(needs_second); }), "training only"));
}
