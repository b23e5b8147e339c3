#pragma once

namespace fpcpu::cli {

/// From now on the first Ctrl-C (or SIGTERM) is only noted; a second one ends the process at once.
void catch_interrupt();
[[nodiscard]] bool interrupted() noexcept;

}  // namespace fpcpu::cli
