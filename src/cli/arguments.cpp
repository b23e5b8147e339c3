// SPDX-License-Identifier: MIT
#include "cli/arguments.hpp"

// A value is one text here: lists such as --mirror "3,2,1" must not be split by the parser.
#define CXXOPTS_VECTOR_DELIMITER '\0'
// Its regular expressions are globals: 51,000 allocations before main.
#define CXXOPTS_NO_REGEX
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cxxopts.hpp>

#include "cli/live_line.hpp"
#include "cli/synonyms.hpp"
#include "cli/terminal_text.hpp"
#include "core/cpu.hpp"
#include "core/nearest.hpp"
#include "core/version.hpp"
#include "fpcpu/error.hpp"
#include "graph/plan.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kCommonGroup = "common";

std::size_t help_columns() { return std::clamp<std::size_t>(text_columns(1), 60, 160); }

std::string without_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string capital(std::string text) {
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

}  // namespace

struct Arguments::Syntax {
  cxxopts::Options options;
};

Arguments::~Arguments() = default;

Arguments::Arguments(const std::string& command, const std::string& usage, const std::string& summary,
                     const std::string& examples)
    : command_(command),
      examples_(examples),
      syntax_(new Syntax{cxxopts::Options("fpcpu " + command, without_end(fit_help(summary, help_columns())))}) {
  cxxopts::Options& options = syntax_->options;
  options.custom_help(usage.substr(std::min(usage.size(), command.size() + 1)));
  options.positional_help("");
  options.set_width(help_columns());
  options.add_options()("positional", "", cxxopts::value<std::vector<std::string>>());
  options.parse_positional({"positional"});
  option("threads", "N", "worker threads; default: all cores", kCommonGroup);
  option("isa", "NAME", "instruction set: eigen, sse4, avx2, avx512, neon; default: the fastest here", kCommonGroup);
  flag("quiet", "only errors", kCommonGroup);
  flag("help", "this text", kCommonGroup);
  flag("version", "version of the program", kCommonGroup);
}

void Arguments::remember(const std::string& name, const std::string& group) {
  names_.push_back("--" + name);
  // Help shows the groups as they were added, those of the command before the common one.
  if (group != kCommonGroup && std::find(groups_.begin(), groups_.end(), group) == groups_.end()) {
    groups_.push_back(group);
  }
}

void Arguments::flag(const std::string& name, const std::string& help, const std::string& group) {
  remember(name, group);
  flags_.push_back(name);
  syntax_->options.add_options(group)(name, name == "help" || name == "version" ? help : help + " (off)");
}

void Arguments::option(const std::string& name, const std::string& value, const std::string& help,
                       const std::string& group, bool repeated) {
  remember(name, group);
  if (repeated) repeated_.push_back(name);
  syntax_->options.add_options(group)(name, help, cxxopts::value<std::vector<std::string>>(), value);
}

void Arguments::precision_option() {
  option("precision", "NAME", "fp32, or bf16 for factors rounded to bfloat16 where the processor has it (fp32)",
         kCommonGroup);
}

void Arguments::tta_option() {
  option("tta", "NAME", "none, or flip for the mean with the points of the mirrored image (none)", kCommonGroup);
}

bool Arguments::parse(const std::vector<std::string_view>& arguments) {
  std::vector<std::string> storage = {"fpcpu"};
  for (const std::string_view a : arguments) {
    // cxxopts would stop at the first unknown option without a suggestion.
    const std::string name(a.substr(0, a.find('=')));
    if (name.size() > 2 && name.starts_with("--") && std::find(names_.begin(), names_.end(), name) == names_.end()) {
      const std::string hint = option_hint(name, names_);
      throw Error(
          ErrorCode::usage,
          "fpcpu " + command_ + " has no option " + name + "." +
              (!hint.empty() ? (hint.starts_with("--") ? " Did you mean " + hint + "?" : " " + capital(hint) + ".")
               : nearest(name, names_).empty() ? " See fpcpu " + command_ + " --help."
                                               : " Did you mean " + nearest(name, names_) + "?"));
    }
    storage.emplace_back(a == "-h" ? "--help" : a);
  }
  std::vector<const char*> pointers;
  for (const std::string& s : storage) pointers.push_back(s.c_str());
  cxxopts::ParseResult result;
  try {
    result = syntax_->options.parse(static_cast<int>(pointers.size()), pointers.data());
  } catch (const cxxopts::exceptions::exception& e) {
    throw Error(ErrorCode::usage, "fpcpu " + command_ + ": " + e.what() + ". See fpcpu " + command_ + " --help.");
  }
  for (const std::string& n : names_) {
    const std::string name = n.substr(2);
    if (result.count(name) == 0) continue;
    const bool flag = std::find(flags_.begin(), flags_.end(), name) != flags_.end();
    values_[name] = flag ? std::vector<std::string>{} : result[name].as<std::vector<std::string>>();
  }
  if (has("help")) {
    std::vector<std::string> groups = groups_;
    groups.emplace_back(kCommonGroup);
    std::printf("%s\n%s", syntax_->options.help(groups).c_str(), fit_help(examples_, help_columns()).c_str());
    return false;
  }
  if (has("version")) {
    std::printf("fpcpu %s\n", std::string(kVersion).c_str());
    return false;
  }
  for (const std::string& n : names_) {
    const std::string name = n.substr(2);
    const bool many = std::find(repeated_.begin(), repeated_.end(), name) != repeated_.end();
    if (!many && result.count(name) > 1) {
      throw Error(ErrorCode::usage, "fpcpu " + command_ + ": " + n + " is given more than once.");
    }
  }
  // Told by every command, also by those that use one thread.
  if (const int wanted = threads(); wanted > available_cores() && !quiet()) {
    std::fprintf(stderr,
                 "note: --threads %d on %d cores: all %d are used where there is work for so many, and share the "
                 "cores; a step of training has work for at most %d.\n",
                 wanted, available_cores(), wanted, PlanOptions().max_slices);
  }
  if (result.count("positional") > 0) positional_ = result["positional"].as<std::vector<std::string>>();
  return true;
}

std::vector<std::string> Arguments::texts(const std::string& name) const {
  const auto given = values_.find(name);
  return given != values_.end() ? given->second : std::vector<std::string>{};
}

std::string Arguments::text(const std::string& name, const std::string& fallback) const {
  return has(name) ? texts(name).front() : fallback;
}

long long Arguments::integer(const std::string& name, long long fallback, long long low, long long high) const {
  if (!has(name)) return fallback;
  const std::string value = text(name);
  long long number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != value.data() + value.size() || number < low || number > high) {
    throw Error(ErrorCode::usage, "--" + name + " " + value + ": expected a whole number from " + std::to_string(low) +
                                      " to " + std::to_string(high) + ".");
  }
  return number;
}

double Arguments::number(const std::string& name, double fallback, double low, double high) const {
  if (!has(name)) return fallback;
  const std::string value = text(name);
  double number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != value.data() + value.size() || !(number >= low && number <= high)) {
    char range[64];
    std::snprintf(range, sizeof(range), "%g to %g", low, high);
    throw Error(ErrorCode::usage, "--" + name + " " + value + ": expected a number from " + range + ".");
  }
  return number;
}

}  // namespace fpcpu::cli
