// SPDX-License-Identifier: MIT
#pragma once

namespace fpcpu::cli {

/// To be called before anything is opened or written. A reader that goes away ends no process by a signal, and a stream
/// that was closed by the caller stays unusable: without that, the next file opened would take its number, and what is
/// printed would land in that file.
void prepare_standard_streams();

/// To be called after the last output, with the exit code so far. A result that could not be printed is a failure, said
/// on standard error (kResource); a reader that wanted no more (`| head`) is none.
[[nodiscard]] int finish_standard_output(int code);

}  // namespace fpcpu::cli
