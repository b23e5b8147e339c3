#include "data/image_gate/bmp.hpp"

#include <limits>

#include "data/image_gate/header.hpp"

namespace fpcpu::image_gate {

BmpHeader read_bmp_header(const ReadAt& read, const std::string& name) {
  const std::string head = read(0, 54);
  const auto number = [&](std::size_t at, std::size_t width) { return number_at(head, at, width, ByteOrder::little); };
  const bool old = head.size() >= 26 && number(14, 4) == 12;
  if (!old && head.size() < 54) refuse(name, "the BMP is cut short within its header. Copy the file again.");
  BmpHeader header;
  if (old) {
    header.width = static_cast<int>(number(18, 2));
    header.height = static_cast<int>(number(20, 2));
  } else {
    header.width = static_cast<int>(number(18, 4));
    header.height = static_cast<int>(number(22, 4));
  }
  header.top_down = header.height < 0 && header.height > std::numeric_limits<int>::min();
  if (header.top_down) header.height = -header.height;
  if (header.width < 1 || header.height < 1) {
    refuse(name, "its header says " + std::to_string(header.width) + "x" + std::to_string(header.height) + " pixels.");
  }
  return header;
}

}  // namespace fpcpu::image_gate
