#include "cli/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace fpcpu::cli {

namespace {

bool is_terminal() {
#if defined(__unix__) || defined(__APPLE__)
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && kind != nullptr && std::string(kind) != "dumb";
#else
  return false;
#endif
}

std::size_t terminal_width() {
#if defined(__unix__) || defined(__APPLE__)
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
#endif
  return 80;
}

}  // namespace

LiveLine::LiveLine(bool enabled) : enabled_(enabled && is_terminal()) {}
LiveLine::~LiveLine() { clear(); }

void LiveLine::show(const std::string& text) {
  if (!enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  if (shown_ && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  shown_ = true;
  std::fprintf(stderr, "\r\x1b[K%s", text.substr(0, terminal_width() - 1).c_str());
  std::fflush(stderr);
}

void LiveLine::clear() {
  if (!shown_) return;
  std::fprintf(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

std::string bar(double part, int width) {
  std::string text(static_cast<std::size_t>(width) + 2, '.');
  text.front() = '[';
  text.back() = ']';
  std::fill_n(text.begin() + 1, static_cast<int>(std::clamp(part, 0.0, 1.0) * width), '#');
  return text;
}

}  // namespace fpcpu::cli
