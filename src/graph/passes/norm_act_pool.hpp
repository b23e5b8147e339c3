// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "graph/passes/rewriter.hpp"

namespace fpcpu {

/// Activations that the norm_act_pool kernel knows.
[[nodiscard]] bool pass_can_fuse(std::string_view activation) noexcept;

/// Activations whose gradient can be had from the output: what a layer with a residual can end in.
[[nodiscard]] bool residual_can_end_in(std::string_view activation) noexcept;

/// If the only reader of node `last` is an activation whose function fits, a layer takes its place: `activation` and
/// `slope` of that layer are set, and `replaces` names the activation.
void take_activation(const Graph& graph, const Rewriter& rewriter, int last, bool (*fits)(std::string_view) noexcept,
                     Attributes& attributes, std::vector<int>& replaces);

/// Sets `activation` and `slope` of a layer that takes the place of the addition `add`: those of the addition, or of
/// the activation behind it if it fits, which `replaces` then names.
void take_activation_of_add(const Graph& graph, const Rewriter& rewriter, int add, Attributes& attributes,
                            std::vector<int>& replaces);

/// Copies the window of a max_pool layer into the pool_* attributes of a fused layer.
void set_pool(Attributes& attributes, const Layer& max_pool);

/// If a norm_act_pool can start at node i (a batch_norm, or an activation in front of a max pool), adds it.
bool fuse_norm_act_pool(const Graph& graph, Rewriter& rewriter, int i);

}  // namespace fpcpu
