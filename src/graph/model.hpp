// SPDX-License-Identifier: MIT
#pragma once

#include "fpcpu/model.hpp"
#include "graph/graph.hpp"
#include "graph/params.hpp"
#include "heads/error_model.hpp"

namespace fpcpu {

/// A network with its weights, and all that it takes to use it on images.
struct Model {
  Graph graph;
  Params<float> params;
  Preprocessing preprocessing;
  Facts facts = {};
  ErrorModel errors = {};  // of the points it finds; empty where it was trained without validation faces
};

}  // namespace fpcpu
