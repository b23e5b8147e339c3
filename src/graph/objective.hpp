// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fpcpu/losses.hpp"
#include "fpcpu/objective.hpp"
#include "graph/graph.hpp"

namespace fpcpu {

inline constexpr std::size_t kMaxTerms = 16;
inline constexpr std::size_t kMaxStreams = 16;

/// A TermSpec with its names resolved.
struct Term {
  std::string name;
  LossPtr loss;
  double weight = 1;
  std::vector<std::size_t> outputs;  // in Graph::outputs()
  std::vector<std::size_t> streams;  // in Objective::streams()
  int weights = -1;                  // in Objective::streams(); -1: none
};

/// What can be said of a term before its streams are known: its loss, its outputs, and a name that none of `before`
/// has.
/// @throws Error{usage} for names that there are not (naming the nearest), a weight that is not a number, and a term
/// too many.
[[nodiscard]] Term resolve_term(const TermSpec& spec, const std::vector<Output>& outputs,
                                const std::vector<Term>& before);

/// The terms that count in a stage: bit t for term t. @throws Error{usage} for a name that no term has.
[[nodiscard]] std::uint32_t terms_of(const StageSpec& stage, const std::vector<Term>& terms);

/// What a step compares the network's outputs with.
template <class T>
struct ObjectiveBatch {
  int n = 0;
  const T* targets = nullptr;              // n,2K
  const T* visible = nullptr;              // n,K
  std::span<const T* const> streams = {};  // n of each of Objective::streams()
  std::uint32_t active = UINT32_MAX;       // bit t: term t counts in this step
};

/// What the means of the terms divide by, counted over a whole batch.
struct ObjectiveScales {
  double inv_count = 0;  // see LossArgs
  double inv_batch = 0;
  std::array<double, kMaxTerms> inv_known{};  // of each term
};

/// What training makes small: the sum of its terms, each times its weight. Immutable; belongs to the outputs of one
/// network, whose fused versions have the same.
class Objective {
 public:
  /// One term: `loss` on the main output. @throws Error{shape} if it reads more than that.
  Objective(const Graph& graph, LossPtr loss);
  /// @param offered  streams that there are
  /// @throws Error{usage} for names that the network or the data do not have (naming the nearest); Error{shape} if a
  /// loss cannot compare what it is given.
  Objective(const Graph& graph, std::span<const TermSpec> terms, std::span<const StreamShape> offered);

  [[nodiscard]] const std::vector<Term>& terms() const noexcept { return terms_; }
  /// Those that terms read, each once.
  [[nodiscard]] const std::vector<StreamShape>& streams() const noexcept { return streams_; }
  /// The loss on a network's main output alone, to judge inference by: that of the first term that reads nothing but
  /// this output and the points; else the usual one of its head.
  [[nodiscard]] const LossPtr& judging_loss() const noexcept { return judging_loss_; }

  template <class T>
  [[nodiscard]] ObjectiveScales scales(const ObjectiveBatch<T>& batch) const noexcept;

  /// Samples [first, first + n) of a batch. Adds the weighted gradients to those of `outputs` (which begin at sample
  /// `first`, in the order of Graph::outputs()), and each active term's share of its mean, without its weight, to
  /// `values`.
  template <class T>
  void run(const ObjectiveBatch<T>& batch, const ObjectiveScales& scales, int first, int n,
           std::span<const LossOutput<T>> outputs, std::span<double> values) const noexcept;

  /// The mean over a whole batch, without gradients, of an objective of one loss on the main output `y`.
  [[nodiscard]] double mean(const ObjectiveBatch<float>& batch, const float* y) const noexcept;

 private:
  void add_term(const TermSpec& spec, const std::vector<Output>& outputs, std::span<const StreamShape> offered);
  std::size_t stream_index(const std::string& name, std::span<const StreamShape> offered, const std::string& term);
  void check(const Term& term) const;

  Shape input_;
  int points_ = 0;
  std::vector<Shape> outputs_;
  std::vector<StreamShape> streams_;
  std::vector<Term> terms_;
  LossPtr judging_loss_;
};

}  // namespace fpcpu
