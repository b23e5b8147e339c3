// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace fpcpu {

/// The permutation p that makes the sum of cost[i*n + p[i]] least (Hungarian method with potentials, O(n^3)).
/// Source: Kuhn, Naval Research Logistics Quarterly 2, 1955; the shortest-path form of Jonker and Volgenant, 1987.
[[nodiscard]] std::vector<int> best_assignment(std::span<const double> cost, int n);

}  // namespace fpcpu
