// SPDX-License-Identifier: MIT
#include "kernel_record.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::bench {

namespace {

constexpr double kTolerance = 0.15;

}  // namespace

KernelRecord KernelRecord::load(const std::string& file) {
  const std::string text = read_file(text_path(file));
  try {
    const auto json = nlohmann::json::parse(text);
    return {json.at("cpu"), json.at("isa"), json.at("kernels").get<std::map<std::string, double>>()};
  } catch (const nlohmann::json::exception& e) {
    throw Error(ErrorCode::format, file + " is no record of kernels: " + e.what() + ". Make one with --record.");
  }
}

void KernelRecord::save(const std::string& file) const {
  nlohmann::ordered_json json{{"cpu", cpu}, {"isa", isa}, {"kernels", nlohmann::ordered_json::object()}};
  for (const auto& [kernel, share] : shares) json["kernels"][kernel] = std::round(share * 1e3) / 1e3;
  write_file_atomically(text_path(file), json.dump(2) + "\n");
}

bool KernelRecord::is_missed(const std::string& kernel, double share) const {
  const auto found = shares.find(kernel);
  return found != shares.end() && share < (1.0 - kTolerance) * found->second;
}

std::string kept_record(const std::string& isa) {
  return std::string(FPCPU_SOURCE_DIR) + "/bench/record/" + isa + ".json";
}

}  // namespace fpcpu::bench
