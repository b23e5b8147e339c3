// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "fpcpu/shape.hpp"

namespace fpcpu {

/// One term of what training makes small: a loss, what it reads, and its weight in the sum.
struct TermSpec {
  std::string name = {};                  ///< in metrics and reports; empty: the loss's
  std::string loss = {};                  ///< as for --loss: "wing:w=10"; "auto" is the usual one of the output's head
  std::vector<std::string> outputs = {};  ///< of the network; empty: the main one, "landmarks"
  std::vector<std::string> targets = {};  ///< streams; empty: the points
  std::string weights = {};               ///< a stream of one number per sample or per point that multiplies; empty: 1
  double weight = 1;
};

/// Named numbers that a data set or the loader offers for every sample beside its points.
struct StreamShape {
  std::string name = {};
  Shape shape;  ///< of one sample
  friend bool operator==(const StreamShape&, const StreamShape&) = default;
};

}  // namespace fpcpu
