// SPDX-License-Identifier: MIT
#include "cli/interrupt.hpp"

#include <csignal>
#include <cstdlib>

#include "cli/command.hpp"

namespace fpcpu::cli {

namespace {

volatile std::sig_atomic_t g_interrupted = 0;
volatile std::sig_atomic_t g_heard = 0;  // somebody asks

void note(int signal) {
  if (g_heard == 0 || g_interrupted != 0) std::_Exit(kInterrupted);
  g_interrupted = 1;
  std::signal(signal, note);  // systems that reset a handler exist
}

}  // namespace

void report_file_size_limit() {
#ifdef SIGXFSZ
  std::signal(SIGXFSZ, SIG_IGN);
#endif
}

void catch_interrupt() {
  std::signal(SIGINT, note);
  std::signal(SIGTERM, note);
#ifdef SIGHUP
  if (std::signal(SIGHUP, note) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
#endif
}

void release_interrupt() noexcept {
  if (g_interrupted == 0) g_heard = 0;
}

bool interrupted() noexcept {
  g_heard = 1;
  return g_interrupted != 0;
}

}  // namespace fpcpu::cli
