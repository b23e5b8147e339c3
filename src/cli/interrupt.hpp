// SPDX-License-Identifier: MIT
#pragma once

namespace fpcpu::cli {

/// A limit on the size of files (ulimit -f) becomes an error of the write that meets it, instead of the end of the
/// process by a signal.
void report_file_size_limit();

/// For work that has something to save. Until interrupted() is asked for the first time, Ctrl-C, SIGTERM and SIGHUP (a
/// closed terminal) end the process at once, with exit code 130: there is nothing to save yet. From then on the first
/// of them is only noted and the second ends the process. A SIGHUP that was ignored when the program started stays so:
/// nohup.
void catch_interrupt();

/// The work that could be lost is safe; up to the next interrupted() a signal ends the process at once.
void release_interrupt() noexcept;

/// True once one of the signals has come.
[[nodiscard]] bool interrupted() noexcept;

}  // namespace fpcpu::cli
