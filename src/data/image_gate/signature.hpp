// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace fpcpu::image_gate {

/// What a file is by its first bytes. Those from `webp` on are only recognised, so that a message can name them.
enum class Kind { unknown, jpeg, png, bmp, webp, gif, tiff, heic, avif, jxl, jp2, psd, pdf };

/// Bytes of a file's beginning that kind_of() looks at.
inline constexpr std::size_t kSignatureBytes = 32;

[[nodiscard]] Kind kind_of(std::string_view beginning);

/// "JPEG", "WebP"; "unknown" for what is no picture known here.
[[nodiscard]] std::string_view name_of(Kind kind);

/// Whether decode_image() takes files of this kind.
[[nodiscard]] constexpr bool is_read(Kind kind) { return kind == Kind::jpeg || kind == Kind::png || kind == Kind::bmp; }

}  // namespace fpcpu::image_gate
