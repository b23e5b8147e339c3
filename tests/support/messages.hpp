// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "fpcpu/error.hpp"

namespace fpcpu::test {

/// The message of the Error that `call` throws; fails the test if it throws none or one of another code.
template <class Call>
std::string message_of(ErrorCode code, const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(std::string(to_string(error.code())) == to_string(code));
    return error.what();
  }
  FAIL_CHECK("no error was thrown");
  return {};
}

[[nodiscard]] inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace fpcpu::test
