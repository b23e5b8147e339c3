// SPDX-License-Identifier: MIT
#include "cli/error_line.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <typeinfo>

#include "cli/command.hpp"
#include "core/file.hpp"
#include "core/foreign_text.hpp"

namespace fpcpu::cli {

namespace {

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::shape:
      return kUsage;
    case ErrorCode::io:
    case ErrorCode::format:
      return kData;
    case ErrorCode::numeric:
      return kNumeric;
    case ErrorCode::resource:
      return kResource;
  }
  return kBug;
}

/// The lines of a message that has several stay lines.
std::string printable_lines(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    out += printable(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

int report_current() {
  try {
    throw;
  } catch (const Error& e) {
    print_error(e.code(), e.what());
    return exit_code(e.code());
  } catch (const std::filesystem::filesystem_error& e) {
    print_error(ErrorCode::resource, path_text(e.path1()) + ": " + e.code().message() + ".");
    return kResource;
  } catch (const std::system_error& e) {
    std::fprintf(stderr, "error[resource]: the system refuses another thread (%s). Use fewer --threads.\n", e.what());
    return kResource;
  } catch (const std::bad_alloc&) {
    std::fputs(
        "error[resource]: out of memory. Use a smaller --batch, --input-size or --cache-mb, or fewer --threads.\n",
        stderr);
    return kResource;
  } catch (const std::exception& e) {
    // What oneTBB throws when the system refuses a thread is exactly std::runtime_error.
    if (typeid(e) == typeid(std::runtime_error)) {
      std::fprintf(stderr, "error[resource]: the system refuses another thread (%s). Use fewer --threads.\n", e.what());
      return kResource;
    }
    std::fprintf(stderr, "error[bug]: %s. Please report this with the command that caused it.\n", e.what());
    return kBug;
  } catch (...) {
    std::fputs("error[bug]: an unknown exception. Please report this with the command that caused it.\n", stderr);
    return kBug;
  }
}

[[noreturn]] void end_process() {
  if (std::current_exception()) std::_Exit(report(std::current_exception()));
  // A worker of oneTBB that is refused another one throws where nothing may be thrown.
  if (std::uncaught_exceptions() > 0) {
    std::fputs("error[resource]: the system refuses memory or another thread. Use fewer --threads.\n", stderr);
    std::_Exit(kResource);
  }
  std::fputs("error[bug]: the program ended itself. Please report it with the command that you gave.\n", stderr);
  std::_Exit(kBug);
}

}  // namespace

void print_error(ErrorCode code, const std::string& text) {
  std::fprintf(stderr, "error[%s]: %s\n", to_string(code), printable_lines(text).c_str());
}

void print_note(const std::string& text) { std::fprintf(stderr, "note: %s\n", printable_lines(text).c_str()); }

int report(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (...) {
    try {
      return report_current();
    } catch (...) {
      // The memory did not suffice for the message.
      std::fputs("error[resource]: out of memory.\n", stderr);
      return kResource;
    }
  }
}

void report_before_terminating() { std::set_terminate(end_process); }

}  // namespace fpcpu::cli
