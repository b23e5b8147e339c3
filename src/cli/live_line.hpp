// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

namespace fpcpu::cli {

/// Columns for text on a stream (1 = standard output, 2 = standard error): what the variable COLUMNS says, else the
/// width of the terminal, else 80.
[[nodiscard]] std::size_t text_columns(int stream);

/// What a program is doing just now, on standard error. In a terminal: one line at the bottom that is rewritten in
/// place, never wider than the terminal. Elsewhere (a pipe, a file): a plain line whenever nothing else was printed for
/// some seconds. A thread of its own keeps both alive while the program is busy: silence lasts seconds at most.
class LiveLine {
 public:
  explicit LiveLine(bool enabled);
  ~LiveLine();
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  /// The newest state.
  void show(const std::string& text);
  /// A line that stays, above the live one.
  void print(const std::string& line, std::FILE* to);
  /// Removes the line so that ordinary output can follow.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  void watch();
  void refresh(Clock::time_point now);
  void draw(const std::string& text);
  void erase();
  [[nodiscard]] std::string text_with_age(Clock::time_point now) const;

  const bool enabled_;
  const bool terminal_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool quit_ = false;
  std::string text_;           // empty: nothing to show
  std::size_t drawn_ = 0;      // columns of the line that stands in the terminal
  Clock::time_point changed_;  // when `text_` was last set
  Clock::time_point output_;   // when anything was last written
  std::thread watcher_;
};

}  // namespace fpcpu::cli
