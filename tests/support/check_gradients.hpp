// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/layer_run.hpp"

namespace fpcpu::test {

struct CheckOptions {
  int batch = 5;
  int slices = 3;
  std::uint64_t seed = 1;
};

/// Largest |a - b| relative to max(|a|, |b|, root mean square of a).
template <class A, class B>
[[nodiscard]] double relative_difference(const std::vector<A>& a, const std::vector<B>& b) {
  double squares = 1e-300;
  for (const A v : a) squares += static_cast<double>(v) * static_cast<double>(v);
  const double scale = std::sqrt(squares / static_cast<double>(std::max<std::size_t>(a.size(), 1)));
  double worst = a.size() == b.size() ? 0.0 : 1.0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const auto u = static_cast<double>(a[i]);
    const auto v = static_cast<double>(b[i]);
    const double difference = std::abs(u - v) / std::max({std::abs(u), std::abs(v), scale});
    worst = difference <= worst ? worst : difference;  // NaN wins
  }
  return worst;
}

/// Compares `gradient` with central differences of evaluate() over up to 60 entries of `values`, relative error 1e-6.
/// Entries where two step sizes disagree sit at a kink (a ReLU or an argmax flips) and are skipped; few may.
template <class Evaluate>
void check_central_differences(const std::string& what, const GuardedBuffer<double>& values,
                               const std::vector<double>& gradient, const Evaluate& evaluate) {
  constexpr double kStep = 1e-5;
  constexpr std::size_t kEntries = 60;
  double squares = 0.0;
  for (const double g : gradient) squares += g * g;
  const double scale = std::sqrt(squares / static_cast<double>(gradient.size())) + 1e-12;
  const auto difference = [&](std::size_t i, double h) {
    const double kept = values[i];
    values[i] = kept + h;
    const double above = evaluate();
    values[i] = kept - h;
    const double below = evaluate();
    values[i] = kept;
    return (above - below) / (2.0 * h);
  };
  const std::size_t stride = std::max<std::size_t>(1, values.size() / kEntries) | 1U;
  std::size_t checked = 0;
  std::size_t skipped = 0;
  for (std::size_t i = 0; i < values.size(); i += stride) {
    const double numeric = difference(i, kStep);
    const double size = std::max({std::abs(numeric), std::abs(gradient[i]), scale});
    ++checked;
    if (std::abs(numeric - difference(i, kStep / 2.0)) > 5e-7 * size) {
      ++skipped;
      continue;
    }
    const double error = std::abs(numeric - gradient[i]) / size;
    INFO(what, "[", i, "]: backward ", gradient[i], ", central difference ", numeric);
    CHECK(error <= 1e-6);
  }
  INFO(what, ": ", skipped, " of ", checked, " entries at a kink");
  CHECK(10 * skipped <= checked + 9);
}

namespace detail {

template <class T>
struct Results {
  std::vector<T> y;
  std::vector<std::vector<T>> dx, dparams;
};

template <class T>
Results<T> results_of(LayerRun<T>& run) {
  run.forward(true);
  run.backward(T{0});
  CHECK(run.intact());
  Results<T> r;
  r.y = run.y.values();
  for (const auto& buffer : run.dx) r.dx.push_back(buffer.values());
  for (const auto& buffer : run.dparams) r.dparams.push_back(buffer.values());
  return r;
}

template <class T>
void check_close(const std::string& what, const Results<double>& expected, const Results<T>& found, double tolerance) {
  INFO(what);
  CHECK(relative_difference(expected.y, found.y) <= tolerance);
  for (std::size_t j = 0; j < expected.dx.size(); ++j) {
    INFO("dx", j);
    CHECK(relative_difference(expected.dx[j], found.dx[j]) <= tolerance);
  }
  for (std::size_t p = 0; p < expected.dparams.size(); ++p) {
    INFO("dparams", p);
    CHECK(relative_difference(expected.dparams[p], found.dparams[p]) <= tolerance);
  }
}

inline void check_emitted_sums(const LayerRun<double>& run) {
  const auto channels = static_cast<std::size_t>(run.signature.out.c);
  std::vector<double> expected(2 * channels, 0.0);
  for (std::size_t i = 0; i < run.y.size(); ++i) {
    expected[i % channels] += run.y[i];
    expected[channels + i % channels] += run.y[i] * run.y[i];
  }
  CHECK(relative_difference(expected, run.output_sums.values()) <= 1e-12);
}

}  // namespace detail

/// Everything a layer promises, in one line: gradients of inputs and parameters against central differences in double,
/// nothing written outside its buffers, beta 0 and 1, independence of the slices, emitted sums, float like double with
/// every instruction set of this machine, inference like training where that is so, and attributes that rebuild it.
inline void check_gradients(const LayerPtr& layer, const std::vector<Shape>& in, CheckOptions options = {}) {
  INFO(std::string(layer->kind()));
  const auto& reference = kernels::eigen_table<double>();
  LayerRun<double> run(layer, in, options.batch, options.slices, reference);
  run.randomise(options.seed);
  const detail::Results<double> results = detail::results_of(run);
  if (run.signature.allows.emits_sums) detail::check_emitted_sums(run);

  const auto evaluate = [&] {
    run.forward(true);
    return run.objective();
  };
  for (std::size_t j = 0; j < in.size(); ++j) {
    check_central_differences("input " + std::to_string(j), run.x[j], results.dx[j], evaluate);
  }
  for (std::size_t p = 0; p < run.params.size(); ++p) {
    if (!run.signature.params[p].trainable) continue;
    check_central_differences(run.signature.params[p].name, run.params[p], results.dparams[p], evaluate);
  }

  run.forward(true);
  for (std::size_t j = 0; j < in.size(); ++j) run.dx[j].fill(0.5);
  run.backward(1.0);
  for (std::size_t j = 0; j < in.size(); ++j) {
    std::vector<double> added = run.dx[j].values();
    for (double& v : added) v -= 0.5;
    CHECK(relative_difference(results.dx[j], added) <= 1e-12);
  }

  LayerRun<double> whole(make_layer(layer->kind(), layer->describe(), "rebuilt"), in, options.batch, 1, reference);
  CHECK(make_layer(layer->kind(), layer->describe(), "rebuilt")->describe() == layer->describe());
  whole.randomise(options.seed);
  detail::check_close("rebuilt from its attributes, one slice", results, detail::results_of(whole), 1e-11);

  const kernels::IsaList isas = kernels::available_isas();
  for (int i = 0; i < isas.count; ++i) {
    LayerRun<float> single(layer, in, options.batch, options.slices, kernels::float_table(isas.items[i]));
    single.randomise(options.seed);
    detail::check_close("float " + std::string(to_string(isas.items[i])), results, detail::results_of(single), 1e-4);
  }

  run.forward(false);
  CHECK(run.intact());
  if (run.signature.needs.batch_sums == 0 && layer->kind() != "dropout") {
    CHECK(relative_difference(results.y, run.y.values()) <= 1e-12);
  }
}

}  // namespace fpcpu::test
