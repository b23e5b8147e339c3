// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "io/json_text.hpp"

namespace fpcpu::cli {

/// Events for machines: one JSON object a line, each with "event" and "seconds" since this object was made.
class JsonLog {
 public:
  /// @param file  is appended to; "-" = standard output. @throws Error{resource} if it cannot be written.
  explicit JsonLog(const std::string& file);

  /// Writes and flushes a line. @throws Error{resource}
  void write(const std::string& event, const JsonObject& values);
  /// The same, but not more than one a second; true if it was written.
  bool write_sometimes(const std::string& event, const JsonObject& values);

 private:
  using Clock = std::chrono::steady_clock;

  std::string name_;
  std::unique_ptr<std::FILE, void (*)(std::FILE*)> file_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_{};
};

}  // namespace fpcpu::cli
