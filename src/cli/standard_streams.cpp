// SPDX-License-Identifier: MIT
#include "cli/standard_streams.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "cli/command.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#define FPCPU_POSIX 1
#endif

namespace fpcpu::cli {

namespace {

/// Asked of the descriptor rather than of errno, which a failure inside an earlier printf has left long ago.
bool reader_is_gone() {
#if defined(FPCPU_POSIX)
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
#else
  return false;
#endif
}

}  // namespace

void prepare_standard_streams() {
#if defined(FPCPU_POSIX)
  std::signal(SIGPIPE, SIG_IGN);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    // The wrong direction on purpose: reading or writing fails as it would have on the closed stream.
    static_cast<void>(open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
#endif
}

int finish_standard_output(int code) {
  errno = 0;
  const bool failed_now = std::fflush(stdout) != 0;
  const int reason = errno;
  if (!failed_now && std::ferror(stdout) == 0) return code;
  if (reader_is_gone()) return code;
  std::fprintf(stderr,
               "error[resource]: standard output cannot be written%s%s; what was to be printed is lost. Check free "
               "space, or where it goes.\n",
               reason != 0 ? ": " : "", reason != 0 ? std::generic_category().message(reason).c_str() : "");
  return kResource;
}

}  // namespace fpcpu::cli
