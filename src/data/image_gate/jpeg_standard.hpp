// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "data/image_gate/huffman_table.hpp"

namespace fpcpu::image_gate {

/// The steps of an AC table, if it is one of the two that the standard gives as examples and nearly every file has
/// (T.81, tables K.5 and K.6); null for others.
/// @param counts_and_values  as a Huffman segment has them
[[nodiscard]] const AcSteps* standard_ac_steps(std::span<const std::uint8_t> counts_and_values);

}  // namespace fpcpu::image_gate
