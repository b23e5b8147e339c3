// SPDX-License-Identifier: MIT
#include "data/image_gate/signature.hpp"

#include <array>

#include "data/image_gate/read_at.hpp"

namespace fpcpu::image_gate {

namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;
  Kind kind;
};

constexpr std::array kSignatures = {
    Signature{"\xFF\xD8\xFF"sv, Kind::jpeg},
    Signature{"\x89PNG\r\n\x1A\n"sv, Kind::png},
    Signature{"GIF8"sv, Kind::gif},
    Signature{"II*\0"sv, Kind::tiff},
    Signature{"MM\0*"sv, Kind::tiff},
    Signature{"II+\0"sv, Kind::tiff},
    Signature{"MM\0+"sv, Kind::tiff},
    Signature{"\xFF\x0A"sv, Kind::jxl},
    Signature{"\0\0\0\x0CJXL \r\n\x87\n"sv, Kind::jxl},
    Signature{"\0\0\0\x0CjP  \r\n\x87\n"sv, Kind::jp2},
    Signature{"\xFF\x4F\xFF\x51"sv, Kind::jp2},
    Signature{"8BPS"sv, Kind::psd},
    Signature{"%PDF-"sv, Kind::pdf},
};

/// Any text may begin with BM; the size of the header that follows is one of a few.
bool is_bmp(std::string_view b) {
  if (!b.starts_with("BM") || b.size() < 18) return false;
  const std::uint32_t header = number_at(b, 14, 4, ByteOrder::little);
  return header == 12 || (header >= 40 && header <= 124);
}

/// HEIC and AVIF are boxes of the MPEG-4 family; the brands of the first box tell them apart.
Kind brand_of(std::string_view b) {
  if (b.size() < 12 || b.substr(4, 4) != "ftyp") return Kind::unknown;
  for (std::size_t at = 8; at + 4 <= b.size(); at += 4) {
    const std::string_view brand = b.substr(at, 4);
    if (brand == "avif" || brand == "avis") return Kind::avif;
    if (brand == "heic" || brand == "heix" || brand == "hevc" || brand == "heim" || brand == "heis") return Kind::heic;
  }
  const std::string_view major = b.substr(8, 4);
  return major == "mif1" || major == "msf1" ? Kind::heic : Kind::unknown;
}

}  // namespace

Kind kind_of(std::string_view beginning) {
  const std::string_view b = beginning.substr(0, kSignatureBytes);
  for (const Signature& s : kSignatures) {
    if (b.starts_with(s.bytes)) return s.kind;
  }
  if (b.starts_with("RIFF") && b.size() >= 12 && b.substr(8, 4) == "WEBP") return Kind::webp;
  if (is_bmp(b)) return Kind::bmp;
  return brand_of(b);
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::jpeg:
      return "JPEG";
    case Kind::png:
      return "PNG";
    case Kind::bmp:
      return "BMP";
    case Kind::webp:
      return "WebP";
    case Kind::gif:
      return "GIF";
    case Kind::tiff:
      return "TIFF";
    case Kind::heic:
      return "HEIC";
    case Kind::avif:
      return "AVIF";
    case Kind::jxl:
      return "JPEG XL";
    case Kind::jp2:
      return "JPEG 2000";
    case Kind::psd:
      return "Photoshop";
    case Kind::pdf:
      return "PDF";
    case Kind::unknown:
      break;
  }
  return "unknown";
}

}  // namespace fpcpu::image_gate
