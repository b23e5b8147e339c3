// SPDX-License-Identifier: MIT
#include "cli/live_line.hpp"

#include <cstdlib>
#include <string_view>

#include "cli/terminal_text.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace fpcpu::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kRedraw = milliseconds(100);  // the eye wants no more
constexpr auto kWatch = milliseconds(250);   // a resized terminal is put right within this
constexpr auto kAged = seconds(2);           // a state that lasts longer is shown with its age
constexpr auto kPlainInterval = seconds(5);  // between lines in a pipe

bool is_terminal() {
#if defined(__unix__) || defined(__APPLE__)
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && kind != nullptr && std::string_view(kind) != "dumb";
#else
  return false;
#endif
}

constexpr int kLiveStream = 2;

/// As it is now, whatever a variable said when the program was started.
std::size_t terminal_columns(int stream) {
#if defined(__unix__) || defined(__APPLE__)
  winsize size{};
  if (ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
#else
  static_cast<void>(stream);
#endif
  return 80;
}

}  // namespace

std::size_t text_columns(int stream) {
  const char* columns = std::getenv("COLUMNS");
  const int said = columns == nullptr ? 0 : std::atoi(columns);
  return said > 0 ? static_cast<std::size_t>(said) : terminal_columns(stream);
}

LiveLine::LiveLine(bool enabled)
    : enabled_(enabled), terminal_(is_terminal()), changed_(Clock::now()), output_(changed_) {
  if (enabled_) watcher_ = std::thread([this] { watch(); });
}

LiveLine::~LiveLine() {
  clear();
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

void LiveLine::show(const std::string& text) {
  if (!enabled_) return;
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  changed_ = now;
  const bool first = text_.empty();
  text_ = text;
  if (terminal_ ? first || now - output_ >= kRedraw : now - output_ >= kPlainInterval) refresh(now);
}

void LiveLine::print(const std::string& line, std::FILE* to) {
  const std::lock_guard lock(mutex_);
  erase();
  std::fprintf(to, "%s\n", line.c_str());
  std::fflush(to);
  output_ = Clock::now();
  if (terminal_ && !text_.empty()) draw(text_);
}

void LiveLine::clear() {
  const std::lock_guard lock(mutex_);
  erase();
  text_.clear();
}

void LiveLine::watch() {
  std::unique_lock lock(mutex_);
  while (!quit_) {
    wake_.wait_for(lock, kWatch);
    if (quit_ || text_.empty()) continue;
    const auto now = Clock::now();
    const bool resized = terminal_ && drawn_ >= terminal_columns(kLiveStream);
    const auto due = terminal_ ? std::chrono::duration_cast<milliseconds>(seconds(1))
                               : std::chrono::duration_cast<milliseconds>(kPlainInterval);
    if (resized || now - output_ >= due) refresh(now);
  }
}

std::string LiveLine::text_with_age(Clock::time_point now) const {
  const auto age = std::chrono::duration_cast<seconds>(now - changed_);
  return age < kAged ? text_ : text_ + "  (" + std::to_string(age.count()) + " s)";
}

void LiveLine::refresh(Clock::time_point now) {
  const std::string text = text_with_age(now);
  if (terminal_) {
    draw(text);
  } else {
    std::fprintf(stderr, "%s\n", text.c_str());
    std::fflush(stderr);
  }
  output_ = now;
}

void LiveLine::draw(const std::string& text) {
  const std::size_t columns = terminal_columns(kLiveStream);
  // A terminal that became narrower than the line has broken it into several rows.
  if (drawn_ >= columns) erase();
  const std::string line = fit_to_columns(text, columns - 1);
  drawn_ = display_width(line);
  // In one write, and the rest of the old line is erased after the new text stands: nothing flickers.
  const std::string output = "\r" + line + "\x1b[K";
  std::fwrite(output.data(), 1, output.size(), stderr);
  std::fflush(stderr);
}

void LiveLine::erase() {
  if (drawn_ == 0) return;
  const std::size_t rows_above = (drawn_ - 1) / terminal_columns(kLiveStream);
  std::string output = "\r";
  if (rows_above > 0) output += "\x1b[" + std::to_string(rows_above) + "A";
  output += "\x1b[J";
  std::fwrite(output.data(), 1, output.size(), stderr);
  std::fflush(stderr);
  drawn_ = 0;
}

}  // namespace fpcpu::cli
