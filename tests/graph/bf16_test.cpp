// SPDX-License-Identifier: MIT
// Networks in bf16: the plan executor against the reference executor with the definition of bf16.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "graph/inference.hpp"
#include "graph/networks.hpp"
#include "graph/node_kernels.hpp"
#include "graph/objective.hpp"
#include "graph/reference_executor.hpp"
#include "graph/zoo_facts.hpp"

using namespace fpcpu;
using namespace fpcpu::test;
using kernels::ConvPass;
using kernels::ConvShape;

namespace {

using Table = kernels::KernelTable<float>;

/// Every table for bf16 that can run here, the definition among them: with it the plan is tested on every machine.
std::vector<const Table*> bf16_tables() {
  std::vector<const Table*> all = {&kernels::eigen_bf16_table()};
  const kernels::IsaList isas = kernels::available_isas();
  for (int i = 0; i < isas.count; ++i) {
    if (kernels::has_table(isas.items[i], Precision::bf16)) {
      all.push_back(&kernels::float_table(isas.items[i], Precision::bf16));
    }
  }
  return all;
}

/// The table whose choice of algorithms the reference follows: it decides which numbers are rounded.
const Table* followed = nullptr;

/// The definition, with the algorithms of `followed`.
Table following_definition() {
  Table table = kernels::eigen_bf16_table();
  table.conv_algorithm = [](const ConvShape& s, ConvPass pass) noexcept { return followed->conv_algorithm(s, pass); };
  return table;
}

/// Definitions of what the nodes compute with this table.
std::vector<const Table*> definitions_of(const Graph& graph, const Table& table) {
  static const Table kDefinition = following_definition();
  followed = &table;
  std::vector<const Table*> result = definitions(node_kernels(graph, table));
  for (const Table*& t : result) {
    if (t->precision == Precision::bf16) t = &kDefinition;
  }
  return result;
}

/// One training step.
struct Result {
  std::vector<float> output;
  std::vector<float> gradient;
};

Result of_reference(const Case& c, const Graph& graph, const Table& table, const Plan* kept) {
  Params<float> params = c.params.clone();
  ReferenceExecutor<float> reference(graph, params, c.batch, {definitions_of(graph, table), kept});
  const float* y = reference.forward(c.x.data(), true, 5, 6);
  const std::size_t size = static_cast<std::size_t>(c.batch) * graph.output_shape().size();
  const auto [value, dy] = c.loss_of(std::vector<double>(y, y + size).data());
  reference.backward(std::vector<float>(dy.begin(), dy.end()).data());
  return {std::vector<float>(y, y + size), {reference.gradients().begin(), reference.gradients().end()}};
}

double root_mean_square(const float* values, std::size_t n) {
  double square = 0;
  for (std::size_t i = 0; i < n; ++i) square += std::pow(static_cast<double>(values[i]), 2);
  return std::sqrt(square / static_cast<double>(n));
}

Errors errors_of(const Case& c, const Result& found, const Result& expected) {
  Errors errors{.output = difference(found.output.data(), expected.output.data(), expected.output.size())};
  const double all = root_mean_square(expected.gradient.data(), expected.gradient.size());
  for (const ParamSlot& slot : c.params.layout.slots()) {
    if (!slot.spec.trainable) continue;
    const float* want = expected.gradient.data() + slot.offset;
    // What a batch norm behind it undoes has little effect or none: its gradient is what rounding left of a difference.
    if (root_mean_square(want, slot.spec.size()) < 0.03 * all) continue;
    errors.gradient =
        std::max(errors.gradient, difference(found.gradient.data() + slot.offset, want, slot.spec.size()));
  }
  return errors;
}

Result of_plan(const Case& c, PlanExecutor& plan) {
  (void)plan.train(c.input(), Objective(c.graph, c.loss()));
  Result result;
  const std::size_t size = static_cast<std::size_t>(c.batch) * c.graph.output_shape().size();
  result.output.assign(plan.output(), plan.output() + size);
  result.gradient.resize(c.params.layout.trainable_size());
  plan.gradient(result.gradient.data());
  return result;
}

/// Of the networks that are none of the zoo's.
struct SeenOf {
  std::string_view network;
  Seen seen;
};
constexpr std::array kSeen = std::to_array<SeenOf>({
    {"branching", {{.output = 0.0023, .gradient = 0.044}, {.output = 0.0038, .gradient = 0.17}}},
    {"two_norms", {{.output = 0.000034, .gradient = 0.00086}, {}}},
    {"whole_batch", {{.output = 0.0067, .gradient = 0.015}, {}}},
});

const Seen& seen_of(const std::string& network) {
  const auto* found = std::find_if(kSeen.begin(), kSeen.end(), [&](const SeenOf& s) { return s.network == network; });
  return found != kSeen.end() ? found->seen : facts_of(network).bf16;
}

void check_at_most(const char* what, const Errors& errors, const Errors& allowed) {
  MESSAGE(std::string(what) << ": output " << errors.output << ", gradient " << errors.gradient);
  CHECK(errors.output <= allowed.output);
  CHECK(errors.gradient <= allowed.gradient);
}

Errors twice(const Errors& errors) { return {.output = 2 * errors.output, .gradient = 2 * errors.gradient}; }

/// The same for all networks with the kernels of the definition, which leave the order of sums over slices.
constexpr Errors kSameKernels = {.output = 4.6e-7, .gradient = 0.024};

}  // namespace

// Untrained networks of many layers multiply a last bit: once a sum differs in it, a few of its values round to the
// next bfloat16, which is 2^15 last bits away, and so on from layer to layer until two runs differ by what bf16 rounds.
// With the kernels of the definition plan and reference take nearly the same sums, and agree.
TEST_CASE("training in bf16: plan executor equals reference executor, with what is kept rounded") {
  for (const Named& named : networks()) {
    const Case c(named.graph);
    const Graph graph = fuse_for_training(named.graph);
    for (const Table* table : bf16_tables()) {
      INFO(named.name << " " << kernels::name_of(*table));
      Params<float> params = c.params.clone();
      ThreadPool pool(2);
      PlanOptions options{.training = true, .batch = c.batch};
      options.max_slices = 2;
      PlanExecutor plan(graph, params, options, *table, pool);
      const Result found = of_plan(c, plan);
      const Result expected = of_reference(c, graph, *table, &plan.plan());
      const Errors errors = errors_of(c, found, expected);
      if (table != &kernels::eigen_bf16_table()) {
        check_at_most("plan", errors, twice(seen_of(named.name).fast));
        continue;
      }
      check_at_most("plan", errors, twice(kSameKernels));
      const Result unrounded = of_reference(c, graph, *table, nullptr);
      check_at_most("rounding of what is kept", errors_of(c, expected, unrounded), twice(seen_of(named.name).kept));
    }
  }
}

// The planner and both executors pass on what KernelTable::kept says; the definition's kernels can read all of it.
TEST_CASE("what is kept may be stored as any type: plan executor equals reference executor") {
  for (const Named& named : networks()) {
    if (named.name != "bn" && named.name != "branching") continue;
    const Case c(named.graph);
    const Graph graph = fuse_for_training(named.graph);
    for (const Storage storage : {Storage{DataType::fp16}, Storage{DataType::int8, 1.0F / 16}}) {
      INFO(named.name << " " << std::string(to_string(storage.type)));
      Table table = kernels::eigen_bf16_table();
      table.kept = storage;
      Params<float> params = c.params.clone();
      ThreadPool pool(2);
      PlanOptions options{.training = true, .batch = c.batch};
      options.max_slices = 2;
      PlanExecutor plan(graph, params, options, table, pool);
      const auto& nodes = plan.plan().nodes;
      CHECK(std::any_of(nodes.begin(), nodes.end(), [&](const NodePlan& n) {
        return n.kept_y.place != Place::absent && n.kept_y.storage == storage;
      }));
      CHECK(std::any_of(nodes.begin(), nodes.end(), [&](const NodePlan& n) {
        return n.kept_dy.place != Place::absent && n.kept_dy.storage == storage;
      }));
      const Result found = of_plan(c, plan);
      const Result expected = of_reference(c, graph, table, &plan.plan());
      check_at_most("plan", errors_of(c, found, expected), twice(kSameKernels));
      // That they agree is not for want of rounding.
      const Result unrounded = of_reference(c, graph, table, nullptr);
      const Errors rounding = errors_of(c, expected, unrounded);
      MESSAGE("rounding: output " << rounding.output << ", gradient " << rounding.gradient);
      CHECK(rounding.output > 1e-4);
    }
  }
}

TEST_CASE("inference in bf16: folded and fused network equals reference executor") {
  for (const Named& named : networks()) {
    const Case c(named.graph);
    FoldedNetwork folded = fold_for_inference(c.graph, c.params);
    const std::size_t size = static_cast<std::size_t>(c.batch) * c.graph.output_shape().size();
    for (const Table* table : bf16_tables()) {
      INFO(named.name << " " << kernels::name_of(*table));
      ReferenceExecutor<float> reference(folded.graph, folded.params, c.batch,
                                         {definitions_of(folded.graph, *table), nullptr});
      ThreadPool pool(2);
      InferenceNetwork network(c.graph, c.params, c.batch, *table, pool);
      const double error = difference(network.run(c.x.data(), c.batch), reference.forward(c.x.data(), false), size);
      MESSAGE("output " << error);
      CHECK(error <= 0.02);
    }
  }
}

TEST_CASE("bf16: the last layer computes in fp32, the others do not") {
  for (const Named& named : networks()) {
    INFO(named.name);
    for (const kernels::KernelTable<float>* table : bf16_tables()) {
      const auto used = node_kernels(named.graph, *table);
      std::vector<std::size_t> with_params;
      for (std::size_t i = 0; i < used.size(); ++i) {
        if (!named.graph.node(static_cast<int>(i)).signature.params.empty()) with_params.push_back(i);
      }
      CHECK(used[with_params.front()] == table);
      CHECK(used[with_params.back()] == &kernels::float_table(table->isa));
    }
  }
}
