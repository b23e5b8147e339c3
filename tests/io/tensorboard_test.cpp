// SPDX-License-Identifier: MIT
#include "io/tensorboard.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <map>
#include <vector>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "io/crc32c.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu {
namespace {

std::uint64_t fixed(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value |= std::uint64_t{static_cast<std::uint8_t>(bytes.at(at + i))} << (8 * i);
  }
  return value;
}

/// An independent reader: checks every frame, returns the payloads.
std::vector<std::string> read_frames(const std::string& file) {
  const auto unmask = [](std::uint64_t masked) {
    const auto rotated = static_cast<std::uint32_t>(masked) - 0xA282EAD8U;
    return (rotated >> 17U) | (rotated << 15U);
  };
  std::vector<std::string> frames;
  for (std::size_t at = 0; at < file.size();) {
    const std::uint64_t length = fixed(file, at, 8);
    CHECK(unmask(fixed(file, at + 8, 4)) == crc32c(std::string_view(file).substr(at, 8)));
    frames.push_back(file.substr(at + 12, length));
    REQUIRE(frames.back().size() == length);
    CHECK(unmask(fixed(file, at + 12 + length, 4)) == crc32c(frames.back()));
    at += 16 + length;
  }
  return frames;
}

/// The fields of a message: bytes as they are, numbers as 8 little-endian bytes.
std::map<std::uint64_t, std::string> fields(std::string_view message) {
  std::map<std::uint64_t, std::string> all;
  const auto varint = [&message] {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(message.at(0));
      message.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80U) return value;
    }
  };
  while (!message.empty()) {
    const std::uint64_t key = varint();
    std::string& value = all[key >> 3U];
    std::size_t size = 8;
    if ((key & 7U) == 0) {
      const std::uint64_t number = varint();
      for (unsigned i = 0; i < 8; ++i) value += static_cast<char>((number >> (8 * i)) & 0xFFU);
      continue;
    }
    if ((key & 7U) == 2) size = varint();
    if ((key & 7U) == 5) size = 4;
    value = message.substr(0, size);
    message.remove_prefix(size);
  }
  return all;
}

TEST_CASE("the checksum is CRC-32C") {
  // RFC 3720, appendix B.4, and the usual check value.
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62A8AB43U);
}

TEST_CASE("an event file holds its version, scalars and images in frames with checksums; a second one is a new file") {
  const test::TemporaryFolder folder;
  {
    EventFile events(folder.path());
    events.scalar(300, "mse100/validation", 3.25);
    const std::vector<std::uint8_t> picture = {0xFF, 0xD8, 0x00, 0xD9};
    events.image(70000, "validation/1", 640, 200, picture);
    const EventFile second(folder.path());
  }
  std::vector<std::string> names;
  std::string content;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename().string());
    CHECK(names.back().starts_with("events.out.tfevents."));
    const std::string text = read_file(entry.path());
    if (text.size() > content.size()) content = text;
  }
  CHECK(names.size() == 2);
  const std::vector<std::string> frames = read_frames(content);
  REQUIRE(frames.size() == 3);
  CHECK(fields(frames[0])[3] == "brain.Event:2");
  CHECK(std::bit_cast<double>(fixed(fields(frames[0])[1], 0, 8)) > 1.7e9);

  auto event = fields(frames[1]);
  CHECK(fixed(event[2], 0, 8) == 300);
  auto value = fields(fields(event[5])[1]);
  CHECK(value[1] == "mse100/validation");
  CHECK(std::bit_cast<float>(static_cast<std::uint32_t>(fixed(value[2], 0, 4))) == 3.25F);

  event = fields(frames[2]);
  CHECK(fixed(event[2], 0, 8) == 70000);
  value = fields(fields(event[5])[1]);
  auto image = fields(value[4]);
  CHECK(fixed(image[1], 0, 8) == 200);
  CHECK(fixed(image[2], 0, 8) == 640);
  CHECK(fixed(image[3], 0, 8) == 3);
  CHECK(image[4] == std::string("\xFF\xD8\0\xD9", 4));
}

TEST_CASE("a folder that is not there is named") {
  CHECK(test::contains(test::message_of(ErrorCode::resource, [] { EventFile events("/nowhere"); }), "/nowhere"));
}

}  // namespace
}  // namespace fpcpu
