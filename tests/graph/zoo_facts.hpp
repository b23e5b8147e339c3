// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace fpcpu::test {

/// Relative norms of differences: of the output, and the largest of the gradients of parameters.
struct Errors {
  double output = 0;
  double gradient = 0;
};

/// The largest errors in bf16 when all was right, on a processor with AVX512-BF16; twice as much is allowed. Printed by
///   test_graph -tc="training in bf16*"
struct Seen {
  Errors fast;  // plan with SIMD kernels against the reference
  Errors kept;  // what rounding of kept tensors changes: the reference with it against the reference without
};

/// What tests know of each network of the zoo. A new one has a row here.
struct ZooFacts {
  std::string_view name;
  std::size_t parameters;  // PyTorch's counts for those in tests/golden/networks.py
  double mflop;            // convolutions and dense layers
  Seen bf16;
};

inline constexpr std::array kZooFacts = std::to_array<ZooFacts>({
    {"small", 1023660, 168.4, {{.output = 0.030, .gradient = 0.26}, {.output = 0.039, .gradient = 0.31}}},
    {"base", 19260060, 809.6, {{.output = 0.00045, .gradient = 0.011}, {}}},
    {"bn", 3540924, 1014.1, {{.output = 0.023, .gradient = 0.35}, {.output = 0.017, .gradient = 0.36}}},
    {"resnet18", 11190876, 882.6, {{.output = 0.078, .gradient = 0.64}, {.output = 0.034, .gradient = 0.54}}},
    {"pfld", 1198524, 545.5, {{.output = 0.028, .gradient = 0.47}, {.output = 0.055, .gradient = 0.64}}},
    {"hourglass", 950542, 1128.9, {{.output = 0.31, .gradient = 2.6}, {.output = 0.27, .gradient = 1.2}}},
});

inline const ZooFacts& facts_of(std::string_view network) {
  const auto* found =
      std::find_if(kZooFacts.begin(), kZooFacts.end(), [&](const auto& f) { return f.name == network; });
  REQUIRE_MESSAGE(found != kZooFacts.end(), "no facts of network " << std::string(network));
  return *found;
}

}  // namespace fpcpu::test
