// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace fpcpu {

/// What kind of thing went wrong; `main` turns it into the exit code of the process.
enum class ErrorCode {
  usage,     ///< an option or argument makes no sense                    exit 2
  io,        ///< a file cannot be read                                   exit 3
  format,    ///< a file was read but its content is wrong                exit 3
  shape,     ///< layers or tensors do not fit together                   exit 2
  numeric,   ///< a loss or gradient is not finite                        exit 4
  resource,  ///< memory, disk space or permissions are missing           exit 5
};

[[nodiscard]] constexpr const char* to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::io:
      return "io";
    case ErrorCode::format:
      return "format";
    case ErrorCode::shape:
      return "shape";
    case ErrorCode::numeric:
      return "numeric";
    case ErrorCode::resource:
      return "resource";
  }
  return "unknown";
}

/// The one exception type of the library. The message says what is wrong, where, and what to do about it:
/// `gt.csv line 17: 27 numbers, expected 28 (x1,y1,...,x14,y14).`
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorCode code_;
  std::string message_;
};

}  // namespace fpcpu
