// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

#include "fpcpu/error.hpp"

namespace fpcpu::cli {

/// "error[format]: TEXT" on standard error, with nothing in it that steers a terminal.
void print_error(ErrorCode code, const std::string& text);
/// "note: TEXT" likewise.
void print_note(const std::string& text);

/// For a model file that an older version wrote.
inline constexpr const char* kNoChecksum =
    "the model file has no checksum of its weights (an older version wrote it), so damage to them cannot be seen.";

/// Says what an exception means to a user and returns the exit code. Needs no memory for want of memory.
int report(const std::exception_ptr& error) noexcept;

/// What must not throw and does, for want of memory or threads above all, ends with the same line and code in place of
/// abort().
void report_before_terminating();

}  // namespace fpcpu::cli
