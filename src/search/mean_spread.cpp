// SPDX-License-Identifier: MIT
#include "search/mean_spread.hpp"

#include <cmath>
#include <numeric>

namespace fpcpu {

MeanSpread mean_spread(std::span<const double> values) {
  MeanSpread result;
  const auto n = static_cast<double>(values.size());
  if (values.empty()) return result;
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double v : values) squares += (v - result.mean) * (v - result.mean);
  result.spread = std::sqrt(squares / (n - 1));
  return result;
}

}  // namespace fpcpu
