// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "cli/arguments.hpp"

namespace fpcpu::cli {

/// What a command writes and where, checked before it reads an image or computes anything: nothing of the user's is
/// replaced. A result may take the place of an earlier result of its kind, which says so in itself, and of an empty
/// file; of any other file with --overwrite only. Inputs, tables with true points and models are never replaced.
class ResultFiles {
 public:
  /// Whether a file is an earlier result of the kind that is to be written.
  using IsOwn = bool (*)(const std::filesystem::path&);

  /// Adds --overwrite to a command.
  static void add_option(Arguments& arguments);

  /// @param overwrite  --overwrite was given.
  explicit ResultFiles(bool overwrite) : overwrite_(overwrite) {}

  /// A file that the command reads: no result may take its place. @param what  "an input image"
  void keep(const std::filesystem::path& file, const std::string& what);

  /// @param option  that names the file, for messages: "--out"
  /// @throws Error{usage} if the file must not be replaced, Error{resource} if its folder does not exist.
  void check(const std::string& option, const std::filesystem::path& file, IsOwn is_own) const;

 private:
  /// Why nothing may ever take the place of this file; empty if something may.
  [[nodiscard]] std::string reason_to_keep(const std::filesystem::path& file, IsOwn is_own) const;

  bool overwrite_;
  std::map<std::filesystem::path, std::string> kept_;  // by canonical name
};

}  // namespace fpcpu::cli
