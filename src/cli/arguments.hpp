// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fpcpu::cli {

/// Command-line syntax of one subcommand on top of cxxopts: common options, help with examples, and mistyped options
/// that name the nearest one.
class Arguments {
 public:
  /// @param usage e.g. "detect MODEL INPUT... [options]"; @param examples lines that work when pasted.
  Arguments(const std::string& command, const std::string& usage, const std::string& summary,
            const std::string& examples);
  ~Arguments();

  /// A switch.
  void flag(const std::string& name, const std::string& help, const std::string& group = "");
  /// An option with a value; may be given several times when `repeated`.
  void option(const std::string& name, const std::string& value, const std::string& help, const std::string& group = "",
              bool repeated = false);

  /// --precision NAME, for chosen_kernels().
  void precision_option();
  /// --tta NAME, what a prediction does besides one pass.
  void tta_option();

  /// False when --help or --version was asked for and printed.
  /// @throws Error{usage} for anything unknown or missing.
  bool parse(const std::vector<std::string_view>& arguments);

  [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
  [[nodiscard]] std::string text(const std::string& name, const std::string& fallback = "") const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;
  /// @throws Error{usage} if it is not a whole number in [low, high].
  [[nodiscard]] long long integer(const std::string& name, long long fallback, long long low, long long high) const;
  /// @throws Error{usage} if it is not a number in [low, high].
  [[nodiscard]] double number(const std::string& name, double fallback, double low, double high) const;
  [[nodiscard]] const std::string& command() const noexcept { return command_; }
  [[nodiscard]] const std::vector<std::string>& positional() const noexcept { return positional_; }

  [[nodiscard]] int threads() const { return static_cast<int>(integer("threads", 0, 1, 1024)); }
  [[nodiscard]] std::string isa() const { return text("isa"); }
  [[nodiscard]] bool quiet() const { return has("quiet"); }

 private:
  void remember(const std::string& name, const std::string& group);

  std::string command_;
  std::string examples_;
  struct Syntax;  // keeps the parser's header, which is slow to compile, to one source
  std::unique_ptr<Syntax> syntax_;
  std::map<std::string, std::vector<std::string>> values_;  // of what was given; a flag has none
  std::vector<std::string> names_;
  std::vector<std::string> flags_;
  std::vector<std::string> groups_;
  std::vector<std::string> repeated_;
  std::vector<std::string> positional_;
};

}  // namespace fpcpu::cli
