#include "cli/interrupt.hpp"

#include <csignal>

namespace fpcpu::cli {

namespace {

volatile std::sig_atomic_t g_interrupted = 0;

void note(int signal) {
  g_interrupted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_interrupt() {
  std::signal(SIGINT, note);
  std::signal(SIGTERM, note);
}

bool interrupted() noexcept { return g_interrupted != 0; }

}  // namespace fpcpu::cli
