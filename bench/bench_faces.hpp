// SPDX-License-Identifier: MIT
#pragma once

#include "data/synth.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/model.hpp"

namespace fpcpu::bench {

/// Rendered faces of the size of a network's input, for what needs a real loader.
struct BenchFaces {
  BenchFaces(Shape input, std::size_t count) : data(make_synth_dataset(count, 1, input.w)) {
    preprocessing.input = input;
    preprocessing.mean_shape = mean_shape(*data);
    preprocessing.mirror = derive_mirror(preprocessing.mean_shape);
  }

  DatasetPtr data;
  Preprocessing preprocessing;
};

}  // namespace fpcpu::bench
