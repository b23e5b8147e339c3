// SPDX-License-Identifier: MIT
#include "data/image_gate/header.hpp"

#include "data/image_gate/bmp.hpp"
#include "data/image_gate/jpeg_header.hpp"
#include "data/image_gate/png.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::image_gate {

void refuse(const std::string& name, const std::string& reason) {
  throw Error(ErrorCode::format, name + ": " + reason);
}

Header read_header(const ReadAt& read, const std::string& name) {
  const std::string beginning = read(0, kSignatureBytes);
  if (beginning.empty()) refuse(name, "the file is empty.");
  const Kind kind = kind_of(beginning);
  switch (kind) {
    case Kind::jpeg: {
      const JpegHeader jpeg = read_jpeg_header(read, name);
      return {kind, jpeg.width, jpeg.height, jpeg.components.size() == 1 ? 1 : 3, jpeg.orientation.value_or(1)};
    }
    case Kind::png:
      return read_png_header(read, name);
    case Kind::bmp: {
      const BmpHeader bmp = read_bmp_header(read, name);
      return {kind, bmp.width, bmp.height, 3, 1};
    }
    case Kind::unknown:
      refuse(name, "not a readable JPEG, PNG or BMP (its first bytes are of no kind of picture known here).");
    default:
      refuse(name, (kind == Kind::avif ? "is an " : "is a ") + std::string(name_of(kind)) + (kind == Kind::pdf ? " file" : " image") +
                       "; convert it to JPEG or PNG.");
  }
}

}  // namespace fpcpu::image_gate
