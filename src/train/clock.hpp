// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace fpcpu {

/// Seconds of wall clock since it was made, on top of those of an earlier part of the same work.
class Clock {
 public:
  explicit Clock(double already = 0) : start_(std::chrono::steady_clock::now()), already_(already) {}
  [[nodiscard]] double seconds() const {
    return already_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_;
  double already_;
};

}  // namespace fpcpu
