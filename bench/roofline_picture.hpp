// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace fpcpu::bench {

enum class Mark { conv_forward, conv_backward, depthwise, dense, other };

/// One step of a plan.
struct RooflinePoint {
  std::string node;
  std::string pass;
  Mark mark = Mark::other;
  double intensity = 0;  // FLOP per byte
  double gflops = 0;     // GFLOP/s
  double share = 0;      // of the time of all steps
};

/// Traffic that a level of the memory hierarchy sustains.
struct Slope {
  std::string name;
  double gbytes = 0;  // GB/s
};

/// Williams et al., CACM 52(4), 2009: speed against arithmetic intensity under min(peak, intensity * traffic).
struct Roofline {
  std::string title;
  std::string subtitle;
  double peak_gflops = 0;
  std::vector<Slope> slopes;
  std::vector<RooflinePoint> points;
};

/// The picture as SVG, legible on light and dark pages. The steps that take most of the time are named.
[[nodiscard]] std::string draw(const Roofline& roofline);

}  // namespace fpcpu::bench
