// SPDX-License-Identifier: MIT
#pragma once

#include "layers/attributes.hpp"
#include "streams/target_stream.hpp"

/// One reader per source, each beside what it makes. target_stream.cpp lists them.
namespace fpcpu {

/// table:file=FILE[,columns=A+B][,mirror=same|points|SIGNS]
/// A CSV table with a header; its first column has the file names of the faces, as the data set calls them. An empty
/// cell, or a face without a row, is not known. In a mirrored image numbers stay as they are (`same`), follow the
/// points
/// (`points`, one number per point), or change their sign where SIGNS, one per column, has a '-': "+--" for pitch, yaw,
/// roll.
[[nodiscard]] TargetStream read_table_stream(AttributeReader& reader, const StreamContext& context);

/// maps:side=32[,sigma=1]
/// One heat map per point of the augmented face, exp(-|c - u|^2 / (2 sigma^2)) at map pixel c for a point at u; zero
/// for a point that is not visible. `side` is its height and width.
[[nodiscard]] TargetStream read_maps_stream(AttributeReader& reader, const StreamContext& context);

/// teacher:model=FILE
/// What another model makes of the same augmented pixels: the main output of its network, for distillation (Hinton et
/// al., arXiv 1503.02531). Its input must have the size and channels of the network that is trained; its own mean and
/// deviation are used. @throws Error{shape} for another input or other points.
[[nodiscard]] TargetStream read_teacher_stream(AttributeReader& reader, const StreamContext& context);

}  // namespace fpcpu
