// SPDX-License-Identifier: MIT
#include "graph/objective.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

template <class Named>
std::size_t find_named(const std::vector<Named>& all, const std::string& name, const std::string& term,
                       const std::string& what) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  if (found != all.end()) return static_cast<std::size_t>(found - all.begin());
  if (all.empty()) throw Error(ErrorCode::usage, term + ": there is no " + what + " '" + excerpt(name) + "'.");
  std::vector<std::string_view> known;
  for (const Named& one : all) known.emplace_back(one.name);
  throw Error(ErrorCode::usage, term + ": there is no " + what + " '" + excerpt(name) + "'." + suggest(name, known));
}

/// A name that no other term has: the second "mse" is "mse2".
std::string free_name(const std::string& wanted, const std::vector<Term>& terms) {
  const auto taken = [&](const std::string& name) {
    return std::any_of(terms.begin(), terms.end(), [&](const Term& t) { return t.name == name; });
  };
  std::string name = wanted;
  for (int number = 2; taken(name); ++number) name = wanted + std::to_string(number);
  return name;
}

[[noreturn]] void refuse_number_of_terms() {
  throw Error(ErrorCode::usage, "an objective has 1 to " + std::to_string(kMaxTerms) + " terms.");
}

std::string place_of(const TermSpec& spec) {
  return "term '" + excerpt(spec.name.empty() ? spec.loss : spec.name) + "'";
}

template <class T>
double inverse_known_count(const T* values, std::size_t size) noexcept {
  const auto known = std::count_if(values, values + size, [](T v) { return !std::isnan(v); });
  return known > 0 ? 1.0 / static_cast<double>(known) : 0.0;
}

}  // namespace

Objective::Objective(const Graph& graph, LossPtr loss)
    : input_(graph.input_shape()),
      points_(graph.points()),
      terms_{{std::string(loss->kind()), loss, 1, {0}, {}, -1}},
      judging_loss_(std::move(loss)) {
  for (const Output& output : graph.outputs()) outputs_.push_back(graph.node(output.node).signature.out);
  check(terms_.front());
}

Objective::Objective(const Graph& graph, std::span<const TermSpec> terms, std::span<const StreamShape> offered)
    : input_(graph.input_shape()), points_(graph.points()) {
  const std::vector<Output> outputs = graph.outputs();
  for (const Output& output : outputs) outputs_.push_back(graph.node(output.node).signature.out);
  if (terms.empty()) refuse_number_of_terms();
  for (const TermSpec& spec : terms) add_term(spec, outputs, offered);
  judging_loss_ = make_loss("auto", *graph.head());
  const auto judges = [](const Term& term) {
    return term.outputs == std::vector<std::size_t>{0} && term.streams.empty() && term.weights < 0;
  };
  const auto first = std::find_if(terms_.begin(), terms_.end(), judges);
  if (first != terms_.end()) judging_loss_ = first->loss;
}

Term resolve_term(const TermSpec& spec, const std::vector<Output>& outputs, const std::vector<Term>& before) {
  if (before.size() == kMaxTerms) refuse_number_of_terms();
  const std::string where = place_of(spec);
  if (!std::isfinite(spec.weight)) throw Error(ErrorCode::usage, where + ": its weight is not a number.");
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  if (spec.name.find_first_not_of(kLetters) != std::string::npos) {
    throw Error(ErrorCode::usage, where + ": its name, a column of metrics.csv, has letters, digits, - and _ only.");
  }
  Term term;
  term.weight = spec.weight;
  for (const std::string& name : spec.outputs) term.outputs.push_back(find_named(outputs, name, where, "output"));
  if (term.outputs.empty()) term.outputs.push_back(0);
  const HeadPtr& head = outputs[term.outputs.front()].head;
  try {
    if (!head && (spec.loss.empty() || spec.loss == "auto")) {
      throw Error(ErrorCode::usage, "say which loss it is; an output without a head has no usual one.");
    }
    // Numbers that are compared with a stream are no points, whatever the head makes of them.
    const bool on_points = head && spec.targets.empty();
    const std::string text = spec.loss.empty() ? "auto" : spec.loss;
    term.loss = spec.own ? spec.own : on_points ? make_loss(text, *head) : make_loss(text);
  } catch (const Error& error) {
    throw Error(error.code(), where + ": " + error.what());
  }
  term.name = free_name(spec.name.empty() ? std::string(term.loss->kind()) : spec.name, before);
  return term;
}

std::uint32_t terms_of(const StageSpec& stage, const std::vector<Term>& terms) {
  if (stage.terms.empty()) return UINT32_MAX;
  std::vector<std::string_view> names;
  for (const Term& term : terms) names.emplace_back(term.name);
  std::uint32_t bits = 0;
  for (const std::string& name : stage.terms) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw Error(ErrorCode::usage, "[[stage]]: no term is called '" + excerpt(name) + "'." + suggest(name, names));
    }
    bits |= 1U << static_cast<unsigned>(found - names.begin());
  }
  return bits;
}

void Objective::add_term(const TermSpec& spec, const std::vector<Output>& outputs,
                         std::span<const StreamShape> offered) {
  const std::string where = place_of(spec);
  Term term = resolve_term(spec, outputs, terms_);
  for (const std::string& name : spec.targets) term.streams.push_back(stream_index(name, offered, where));
  if (!spec.weights.empty()) term.weights = static_cast<int>(stream_index(spec.weights, offered, where));
  try {
    check(term);
  } catch (const Error& error) {
    throw Error(error.code(), where + ": " + error.what());
  }
  terms_.push_back(std::move(term));
}

std::size_t Objective::stream_index(const std::string& name, std::span<const StreamShape> offered,
                                    const std::string& term) {
  const std::vector<StreamShape> all(offered.begin(), offered.end());
  const StreamShape& stream = all[find_named(all, name, term, "target stream")];
  const auto known = std::find(streams_.begin(), streams_.end(), stream);
  if (known != streams_.end()) return static_cast<std::size_t>(known - streams_.begin());
  if (streams_.size() == kMaxStreams) {
    throw Error(ErrorCode::usage, "an objective reads at most " + std::to_string(kMaxStreams) + " target streams.");
  }
  streams_.push_back(stream);
  return streams_.size() - 1;
}

void Objective::check(const Term& term) const {
  std::vector<Shape> outputs;
  std::vector<Shape> streams;
  for (const std::size_t i : term.outputs) outputs.push_back(outputs_[i]);
  for (const std::size_t i : term.streams) streams.push_back(streams_[i].shape);
  if (outputs.size() > kMaxOutputs || streams.size() > kMaxStreams) {
    throw Error(ErrorCode::usage, "too many outputs or targets.");
  }
  const std::size_t weights = term.weights < 0 ? 0 : streams_[static_cast<std::size_t>(term.weights)].shape.size();
  if (weights > 1 && weights != static_cast<std::size_t>(points_)) {
    throw Error(ErrorCode::shape, "its weights are " + std::to_string(weights) + " numbers per sample, expected 1 or " +
                                      std::to_string(points_) + ", one per point.");
  }
  term.loss->check({outputs, streams, points_, static_cast<int>(weights)});
}

template <class T>
ObjectiveScales Objective::scales(const ObjectiveBatch<T>& batch) const noexcept {
  const auto samples = static_cast<std::size_t>(batch.n);
  ObjectiveScales scales;
  scales.inv_count = inverse_visible_count(batch.visible, samples * static_cast<std::size_t>(points_));
  scales.inv_batch = 1.0 / batch.n;
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    if (terms_[t].streams.empty()) continue;
    const std::size_t stream = terms_[t].streams.front();
    scales.inv_known[t] = inverse_known_count(batch.streams[stream], samples * streams_[stream].shape.size());
  }
  return scales;
}

template <class T>
void Objective::run(const ObjectiveBatch<T>& batch, const ObjectiveScales& scales, int first, int n,
                    std::span<const LossOutput<T>> outputs, std::span<double> values) const noexcept {
  const auto skipped = static_cast<std::size_t>(first);
  const auto points = static_cast<std::size_t>(points_);
  std::array<LossOutput<T>, kMaxOutputs> read{};
  std::array<LossStream<T>, kMaxStreams> compared{};
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    if ((batch.active >> t & 1U) == 0) continue;
    const Term& term = terms_[t];
    const auto stream_at = [&](std::size_t s) { return batch.streams[s] + skipped * streams_[s].shape.size(); };
    for (std::size_t i = 0; i < term.outputs.size(); ++i) read[i] = outputs[term.outputs[i]];
    for (std::size_t i = 0; i < term.streams.size(); ++i) {
      compared[i] = {stream_at(term.streams[i]), streams_[term.streams[i]].shape};
    }
    LossArgs<T> a;
    a.pred = read.front().value;
    a.dpred = read.front().gradient;
    a.output = read.front().shape;
    a.target = batch.targets + 2 * skipped * points;
    a.visible = batch.visible + skipped * points;
    a.n = n;
    a.points = points_;
    a.unit_x = static_cast<T>(input_.w);
    a.unit_y = static_cast<T>(input_.h);
    a.weight = term.weight;
    a.outputs = {read.data(), term.outputs.size()};
    a.streams = {compared.data(), term.streams.size()};
    a.inv_count = scales.inv_count;
    a.inv_known = scales.inv_known[t];
    a.inv_batch = scales.inv_batch;
    if (term.weights >= 0) {
      const auto w = static_cast<std::size_t>(term.weights);
      a.weights = stream_at(w);
      a.weights_per_sample = static_cast<int>(streams_[w].shape.size());
    }
    values[t] += term.loss->run(a);
  }
}

double Objective::mean(const ObjectiveBatch<float>& batch, const float* y) const noexcept {
  assert(terms_.size() == 1 && "an objective of one loss");
  const LossOutput<float> main{y, nullptr, outputs_.front()};
  double value = 0;
  run<float>(batch, scales(batch), 0, batch.n, {&main, 1}, {&value, 1});
  return value;
}

template ObjectiveScales Objective::scales<float>(const ObjectiveBatch<float>&) const noexcept;
template ObjectiveScales Objective::scales<double>(const ObjectiveBatch<double>&) const noexcept;
template void Objective::run<float>(const ObjectiveBatch<float>&, const ObjectiveScales&, int, int,
                                    std::span<const LossOutput<float>>, std::span<double>) const noexcept;
template void Objective::run<double>(const ObjectiveBatch<double>&, const ObjectiveScales&, int, int,
                                     std::span<const LossOutput<double>>, std::span<double>) const noexcept;

}  // namespace fpcpu
