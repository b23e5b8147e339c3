// SPDX-License-Identifier: MIT
#include "core/process.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <signal.h>
#include <unistd.h>
#define FPCPU_POSIX 1
#endif

namespace fpcpu {

namespace {

/// Of the Linux files that tell about processes; empty where there are none.
std::string text_of(const std::string& file) {
  std::ifstream input(file);
  return {std::istreambuf_iterator<char>(input), {}};
}

struct ProcStat {
  char state = '?';
  std::string start;
};

/// proc(5): pid (name) state ... and the start time as field 22. The name may hold anything, also ")".
ProcStat stat_of(std::int64_t pid) {
  const std::string text = text_of("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = text.rfind(')');
  ProcStat stat;
  if (name_end == std::string::npos) return stat;
  std::istringstream fields(text.substr(name_end + 1));
  std::vector<std::string> values{std::istream_iterator<std::string>(fields), {}};
  constexpr std::size_t kStart = 22 - 3;  // the first one here is field 3
  if (values.size() > kStart) stat = {values[0][0], values[kStart]};
  return stat;
}

std::string system_of_this_process() {
  std::string boot = text_of("/proc/sys/kernel/random/boot_id");
  boot.erase(boot.find_last_not_of('\n') + 1);
  std::error_code none;
  return boot + " " + std::filesystem::read_symlink("/proc/self/ns/pid", none).string();
}

}  // namespace

ProcessMark this_process() {
  ProcessMark mark;
#if defined(FPCPU_POSIX)
  for (const char* name : {"USER", "LOGNAME"}) {
    const char* user = std::getenv(name);
    if (mark.user.empty() && user != nullptr) mark.user = user;
  }
  if (mark.user.empty()) mark.user = "user " + std::to_string(::getuid());
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) mark.host = host.data();
  mark.pid = ::getpid();
  mark.start = stat_of(mark.pid).start;
  mark.system = mark.host + " " + system_of_this_process();
#endif
  return mark;
}

std::string describe(const ProcessMark& mark) {
  if (mark.pid == 0) return "an unknown process";
  return mark.user + "@" + mark.host + ", process " + std::to_string(mark.pid);
}

std::string to_text(const ProcessMark& mark) {
  return mark.user + "\n" + mark.host + "\n" + std::to_string(mark.pid) + "\n" + mark.start + "\n" + mark.system + "\n";
}

ProcessMark parse_process(const std::string& text) {
  std::istringstream lines(text);
  ProcessMark mark;
  std::string pid;
  if (!std::getline(lines, mark.user) || !std::getline(lines, mark.host) || !std::getline(lines, pid) ||
      !std::getline(lines, mark.start) || !std::getline(lines, mark.system)) {
    return {};
  }
  const auto parsed = std::from_chars(pid.data(), pid.data() + pid.size(), mark.pid);
  if (parsed.ec != std::errc{} || mark.pid <= 0) return {};
  return mark;
}

ProcessState state_of(const ProcessMark& mark) {
#if defined(FPCPU_POSIX)
  if (mark.pid <= 0 || mark.system != this_process().system) return ProcessState::unknown;
  if (::kill(static_cast<::pid_t>(mark.pid), 0) != 0 && errno == ESRCH) return ProcessState::gone;
  const ProcStat now = stat_of(mark.pid);
  const bool ended = now.state == 'Z' || now.state == 'X';  // and nobody has asked for its exit code yet
  return ended || now.start != mark.start ? ProcessState::gone : ProcessState::runs;
#else
  static_cast<void>(mark);
  return ProcessState::unknown;
#endif
}

}  // namespace fpcpu
