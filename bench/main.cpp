// SPDX-License-Identifier: MIT
#include <cstdio>
#include <cxxopts.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "bench.hpp"
#include "core/cpu.hpp"
#include "fpcpu/error.hpp"

namespace {

using fpcpu::bench::BenchOptions;

struct Command {
  const char* name;
  const char* what;
  int (*run)(const BenchOptions&);
};

constexpr Command kCommands[] = {
    {"kernels", "each hot kernel on the layer shapes of a network", fpcpu::bench::run_kernels},
    {"choose", "the fastest algorithm per class of 3x3 convolution, as source code", fpcpu::bench::run_choose},
    {"layers", "each layer of a network, forward and backward", fpcpu::bench::run_layers},
    {"roofline", "the steps of a network against the limits of the machine, as SVG", fpcpu::bench::run_roofline},
    {"step", "whole training steps: images/s, share of the peak, memory, waiting for images", fpcpu::bench::run_step},
    {"infer", "inference: latency and images/s", fpcpu::bench::run_infer},
    {"decode", "image files in memory: microseconds of checking and of decoding", fpcpu::bench::run_decode},
    {"loader", "decoding and augmenting: images/s, ms of an image", fpcpu::bench::run_loader},
};

std::string command_names() {
  std::string names;
  for (const Command& c : kCommands) names += (names.empty() ? "" : ", ") + std::string(c.name);
  return names;
}

/// The exception types of cxxopts have moved between versions; all of them mean a wrong command line here.
cxxopts::ParseResult parse(cxxopts::Options& parser, int argc, char** argv) {
  try {
    return parser.parse(argc, argv);
  } catch (const std::exception& e) {
    throw fpcpu::Error(fpcpu::ErrorCode::usage, std::string(e.what()) + ". See fpcpu_bench --help.");
  }
}

int run(int argc, char** argv) {
  cxxopts::Options parser("fpcpu_bench", "Measures fpcpu on this machine.");
  parser.positional_help("COMMAND");
  // clang-format off
  parser.add_options()
    ("command", "what to measure", cxxopts::value<std::string>()->default_value(""))
    ("model", "network whose layers are measured", cxxopts::value<std::string>()->default_value(""))
    ("batch", "images per call", cxxopts::value<int>()->default_value("0"))
    ("threads", "number of threads", cxxopts::value<int>()->default_value("1"))
    ("seconds", "spent on one measurement", cxxopts::value<double>()->default_value("0"))
    ("isa", "instruction set: eigen, sse4, avx2, avx512, neon", cxxopts::value<std::string>()->default_value(""))
    ("precision", "fp32 or bf16", cxxopts::value<std::string>()->default_value("fp32"))
    ("only", "kernels: those whose line contains this text", cxxopts::value<std::string>()->default_value(""))
    ("record", "kernels: file of shares, written, or compared with --check", cxxopts::value<std::string>()->default_value(""))
    ("check", "kernels: fail if one fell more than 15 % below the record")
    ("out", "roofline: the SVG file", cxxopts::value<std::string>()->default_value(""))
    ("json", "one JSON object a line")
    ("help", "this text");
  // clang-format on
  parser.parse_positional({"command"});
  const auto parsed = parse(parser, argc, argv);
  std::string name = parsed["command"].as<std::string>();
  if (name.empty() && parsed.count("check") > 0) name = "kernels";
  if (parsed.count("help") > 0 || name.empty()) {
    std::cout << parser.help() << "\nCommands:\n";
    for (const Command& c : kCommands)
      std::cout << "  " << c.name << std::string(10 - std::string(c.name).size(), ' ') << c.what << "\n";
    std::cout << "\nExample: fpcpu_bench " << kCommands[0].name << " --isa avx2\n";
    return name.empty() && parsed.count("help") == 0 ? 2 : 0;
  }
  BenchOptions options;
  options.model = parsed["model"].as<std::string>();
  options.isa = parsed["isa"].as<std::string>();
  options.precision = parsed["precision"].as<std::string>();
  options.batch = parsed["batch"].as<int>();
  options.threads = parsed["threads"].as<int>();
  options.seconds = parsed["seconds"].as<double>();
  options.only = parsed["only"].as<std::string>();
  options.record = parsed["record"].as<std::string>();
  options.out = parsed["out"].as<std::string>();
  options.check = parsed.count("check") > 0;
  options.json = parsed.count("json") > 0;
  if (options.batch < 0 || options.threads < 1) {
    throw fpcpu::Error(fpcpu::ErrorCode::usage, "--batch and --threads must be positive.");
  }
  const auto belongs_to = [&](const char* option, const char* command) {
    if (parsed.count(option) == 0 || name == command) return;
    throw fpcpu::Error(fpcpu::ErrorCode::usage,
                       "--" + std::string(option) + " belongs to fpcpu_bench " + command + ".");
  };
  for (const char* option : {"check", "record", "only"}) belongs_to(option, "kernels");
  belongs_to("out", "roofline");
  for (const Command& c : kCommands) {
    if (name == c.name) return c.run(options);
  }
  throw fpcpu::Error(fpcpu::ErrorCode::usage, "Unknown command '" + name + "'. Known: " + command_names() + ".");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const fpcpu::Error& e) {
    std::cerr << "error[" << to_string(e.code()) << "]: " << e.what() << "\n";
  } catch (const std::exception& e) {
    std::cerr << "error: " << e.what() << "\n";
    return 70;
  }
  return 2;
}
