// SPDX-License-Identifier: MIT
#include "cli/json_log.hpp"

#include <filesystem>
#include <string_view>

#include "core/file.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::cli {

namespace {

/// A log goes on where an earlier one ended; nothing is appended to any other file.
void check_is_log(const std::string& name) {
  const std::filesystem::path file = text_path(name);
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error) || std::filesystem::is_empty(file, error)) return;
  constexpr std::string_view kStart = "{\"event\":";
  if (read_file(file, kStart.size()) == kStart) return;
  throw Error(ErrorCode::usage, "--json-log " + name + " is there already and is no such log. Choose another name.");
}

std::unique_ptr<std::FILE, void (*)(std::FILE*)> open(const std::string& name) {
  if (name == "-") return {stdout, [](std::FILE*) {}};
  check_is_log(name);
  return {std::fopen(name.c_str(), "ab"), [](std::FILE* file) { static_cast<void>(std::fclose(file)); }};
}

}  // namespace

JsonLog::JsonLog(const std::string& file) : name_(file), file_(open(file)) {
  if (file_ == nullptr) {
    throw Error(ErrorCode::resource, "cannot write --json-log " + file + ". Choose a file in a folder that exists.");
  }
}

void JsonLog::write(const std::string& event, const JsonObject& values) {
  const std::chrono::duration<double> seconds = Clock::now() - start_;
  JsonObject object = {{"event", event}, {"seconds", seconds.count()}};
  object.insert(object.end(), values.begin(), values.end());
  const std::string line = to_json(object) + "\n";
  const bool written = std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size();
  if (!written || std::fflush(file_.get()) != 0) {
    throw Error(ErrorCode::resource, "cannot write --json-log " + name_ + ". Check free space and the reader.");
  }
}

bool JsonLog::write_sometimes(const std::string& event, const JsonObject& values) {
  const auto now = Clock::now();
  if (now - last_ < std::chrono::seconds(1)) return false;
  last_ = now;
  write(event, values);
  return true;
}

}  // namespace fpcpu::cli
