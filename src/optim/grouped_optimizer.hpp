// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "fpcpu/objective.hpp"
#include "optim/optimizer.hpp"

namespace fpcpu {

/// The optimizer of a run whose parameter groups learn in ways of their own: for every optimizer that is named there is
/// one, over the whole trainable block, and each parameter is updated by that of its group. Steps as an Optimizer.
class GroupedOptimizer {
 public:
  /// @param usual  of parameters in no group
  /// @throws Error{usage} for a pattern that fits no parameter, an unknown optimizer, and numbers out of their range.
  GroupedOptimizer(const OptimizerOptions& usual, std::span<const GroupSpec> groups, const ParamLayout& layout,
                   const kernels::KernelTable<float>& kernels);

  [[nodiscard]] std::span<const UpdateBlock> blocks() const noexcept { return optimizers_.front().blocks(); }
  /// False for the blocks of frozen groups.
  [[nodiscard]] bool learns(std::size_t block) const noexcept { return !places_[block].frozen; }
  void begin_step(double lr, double grad_scale = 1.0) noexcept;
  /// Leaves blocks that do not learn as they are.
  void update_block(std::size_t block, float* params, const float* grads) noexcept;

  [[nodiscard]] std::int64_t steps() const noexcept { return optimizers_.front().steps(); }

  void save(std::map<std::string, std::vector<float>>& arrays, std::map<std::string, std::string>& state) const;
  /// @throws Error{format} if something is missing or of another size.
  void load(const std::map<std::string, std::vector<float>>& arrays, const std::map<std::string, std::string>& state);

 private:
  struct Place {
    std::size_t optimizer = 0;
    BlockOptions options = {};
    bool frozen = false;
  };
  std::vector<Optimizer> optimizers_;
  std::vector<Place> places_;  // of each block
};

/// @throws Error{usage} for numbers out of their range and unknown optimizers (naming the nearest).
void check_groups(std::span<const GroupSpec> groups);

/// For every block whether one of the patterns fits the name of its parameter.
/// @throws Error{usage} for a pattern that fits none.
[[nodiscard]] std::vector<std::uint8_t> blocks_that_fit(std::span<const std::string> patterns,
                                                        const ParamLayout& layout);

}  // namespace fpcpu
