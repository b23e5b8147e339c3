// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/image_gate/huffman_table.hpp"
#include "data/image_gate/jpeg_bits.hpp"
#include "data/image_gate/jpeg_header.hpp"

namespace fpcpu::image_gate {

/// A component of a scan: where its blocks are and what they are coded with.
struct ScanComponent {
  int blocks_per_unit = 1;
  const HuffmanTable* dc = nullptr;
  const HuffmanTable* ac = nullptr;
  const AcSteps* steps = nullptr;  // of ac; may be missing
};

/// A scan as its header says it.
struct JpegScan {
  bool progressive = false;
  std::vector<ScanComponent> components;
  std::uint64_t units = 0;  // each of blocks_per_unit blocks of every component
  std::uint64_t restart_interval = 0;
  int first = 0;  // coefficients, of the 64
  int last = 63;
  int high = 0;  // bit below which the coefficients are known already; 0: nothing is known
  int low = 0;
  /// AC scans of progressive files: the coefficients of each block that are not zero, one bit each.
  std::span<std::uint64_t> nonzero;
};

/// Reads all codes of a scan without making coefficients of them: every code must be one of its table, restart markers
/// must stand where they belong, and the bytes must suffice and be used up. What this finds is what libjpeg-turbo warns
/// about.
/// @param at  first byte behind the scan's header; becomes the position of the marker that follows
/// @throws Error{format}
void check_jpeg_scan(const JpegScan& scan, std::span<const std::uint8_t> file, std::size_t& at, JpegBits& bits,
                     const std::string& name);

}  // namespace fpcpu::image_gate
