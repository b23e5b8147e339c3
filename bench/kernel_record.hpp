// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

namespace fpcpu::bench {

/// How near to the machine's limit each kernel came when the record was made. The limit was measured in the same run,
/// so a slower machine of the same kind gives the same shares.
struct KernelRecord {
  std::string cpu;
  std::string isa;
  std::map<std::string, double> shares;  // "conv forward 25x25x128->256 k3 s1" -> 0.85

  /// @throws Error{io|format} naming the file.
  [[nodiscard]] static KernelRecord load(const std::string& file);
  /// @throws Error{resource}
  void save(const std::string& file) const;

  /// True if `share` is more than 15 % below the recorded one. A kernel that is not in the record never is.
  [[nodiscard]] bool is_missed(const std::string& kernel, double share) const;
};

/// The record that the repository keeps for an instruction set.
[[nodiscard]] std::string kept_record(const std::string& isa);

}  // namespace fpcpu::bench
