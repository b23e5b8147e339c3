// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cli/live_line.hpp"
#include "fpcpu/search.hpp"

namespace fpcpu::cli {

/// What a terminal shows while several trainings run: one line for each that begins and ends, and a live line within.
class SearchDisplay {
 public:
  explicit SearchDisplay(bool quiet) : quiet_(quiet), live_(!quiet) {}
  SearchDisplay(const SearchDisplay&) = delete;
  SearchDisplay& operator=(const SearchDisplay&) = delete;

  /// Refers to this object.
  [[nodiscard]] SearchCallbacks callbacks();
  void clear() { live_.clear(); }

 private:
  void begin(const std::string& label, std::size_t finished, std::size_t all);

  bool quiet_;
  LiveLine live_;
  std::string label_;
  std::string count_;
};

/// "2.31 +- 0.04", or "2.31" without a spread, "-" without a mean.
[[nodiscard]] std::string mean_and_spread(const MeanSpread& value, double unit = 1);

}  // namespace fpcpu::cli
