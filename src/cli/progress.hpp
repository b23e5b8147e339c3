#pragma once

#include <chrono>
#include <string>

namespace fpcpu::cli {

/// One line at the bottom of a terminal that is rewritten in place; nothing at all when standard error is not one.
class LiveLine {
 public:
  explicit LiveLine(bool enabled);
  ~LiveLine();
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  /// Shows `text`, cut to the terminal's width. Calls within a tenth of a second are dropped.
  void show(const std::string& text);
  /// Removes the line so that ordinary output can follow.
  void clear();

 private:
  bool enabled_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_{};
};

/// [########........]
[[nodiscard]] std::string bar(double part, int width);

}  // namespace fpcpu::cli
