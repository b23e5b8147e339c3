// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "heads/head.hpp"

/// One reader per head and per loss, each beside what it makes: attributes -> object. registry.cpp lists them.
namespace fpcpu {

inline constexpr std::string_view kCoordinates = "coordinates";
inline constexpr std::string_view kHeatmaps = "heatmaps";

[[nodiscard]] HeadPtr read_coordinates_head(AttributeReader& reader);
[[nodiscard]] HeadPtr read_heatmaps_head(AttributeReader& reader);

/// Readers of losses get the attributes of the head as well.
[[nodiscard]] LossPtr read_mse_loss(AttributeReader& reader, const Attributes& head);
[[nodiscard]] LossPtr read_l1_loss(AttributeReader& reader, const Attributes& head);
[[nodiscard]] LossPtr read_smooth_l1_loss(AttributeReader& reader, const Attributes& head);
[[nodiscard]] LossPtr read_wing_loss(AttributeReader& reader, const Attributes& head);
[[nodiscard]] LossPtr read_heatmap_mse_loss(AttributeReader& reader, const Attributes& head);

}  // namespace fpcpu
