// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace fpcpu {

/// Who a process is, so that others can tell whether it still runs. Empty where a system does not say.
struct ProcessMark {
  std::string user;
  std::string host;
  std::int64_t pid = 0;
  std::string start;   // when it began, in the units of its system: a pid is used again
  std::string system;  // differs between hosts, boots of a host and containers with pids of their own
};

[[nodiscard]] ProcessMark this_process();

/// "anna@host, process 4711"
[[nodiscard]] std::string describe(const ProcessMark& mark);

/// Lines of text and back; a mark without a pid from a text that is none.
[[nodiscard]] std::string to_text(const ProcessMark& mark);
[[nodiscard]] ProcessMark parse_process(const std::string& text);

enum class ProcessState { runs, gone, unknown };

/// Unknown for a process of another system.
[[nodiscard]] ProcessState state_of(const ProcessMark& mark);

}  // namespace fpcpu
