// SPDX-License-Identifier: MIT
// The network in the metadata of a model file: JSON -> graph -> plan -> run.

#include "fuzz/fuzz.hpp"
#include "fuzz/small_network.hpp"
#include "io/graph_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most([&] {
    const std::string text(fpcpu::fuzz::text_of(data, size));
    fpcpu::fuzz::run_if_small(fpcpu::graph_from_json(text, "graph"));
  });
}
