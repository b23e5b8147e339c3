#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace fpcpu {

/// Reads a table such as "3,2,1,0,9,8,7,6,5,4,10,13,12,11". @throws Error{usage} if it is not a list of `points`
/// different numbers below `points` that undoes itself.
[[nodiscard]] std::vector<int> parse_mirror(std::string_view text, int points);

/// True if `mirror` is a permutation and mirror[mirror[k]] == k.
[[nodiscard]] bool is_involution(std::span<const int> mirror);

/// The permutation p that makes the sum of cost[i*n + p[i]] least (Hungarian method with potentials, O(n^3)).
/// Source: Kuhn, Naval Research Logistics Quarterly 2, 1955; the shortest-path form of Jonker and Volgenant, 1987.
[[nodiscard]] std::vector<int> best_assignment(std::span<const double> cost, int n);

}  // namespace fpcpu
