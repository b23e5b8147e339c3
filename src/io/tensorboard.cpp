// SPDX-License-Identifier: MIT
#include "io/tensorboard.hpp"

#include <bit>
#include <chrono>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "io/crc32c.hpp"

namespace fpcpu {

namespace {

// Protocol buffers, wire format: a key is field number * 8 + type.
enum WireType : std::uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void put_fixed(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) out += static_cast<char>((value & 0x7FU) | 0x80U);
  out += static_cast<char>(value);
}

void put_key(std::string& out, std::uint64_t field, WireType type) { put_varint(out, field << 3U | type); }

void put_number(std::string& out, std::uint64_t field, std::int64_t value) {
  put_key(out, field, kVarint);
  put_varint(out, static_cast<std::uint64_t>(value));
}

void put_bytes(std::string& out, std::uint64_t field, std::string_view value) {
  put_key(out, field, kBytes);
  put_varint(out, value.size());
  out += value;
}

/// Event.wall_time in seconds.
std::string new_event() {
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  std::string event;
  put_key(event, 1, kFixed64);
  put_fixed(event, std::bit_cast<std::uint64_t>(now), 8);
  return event;
}

/// The checksum of a frame: rotated and shifted, since a CRC over data that holds CRCs is weak.
std::uint32_t masked_crc(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8U; }

std::filesystem::path new_name(const std::filesystem::path& folder) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::string name = "events.out.tfevents." + std::to_string(seconds) + ".fpcpu";
  std::filesystem::path file = folder / name;
  for (int i = 2; std::filesystem::exists(file); ++i) file = folder / (name + "." + std::to_string(i));
  return file;
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& folder)
    : file_(new_name(folder)), output_(file_, std::ios::binary | std::ios::app) {
  std::string event = new_event();
  put_bytes(event, 3, "brain.Event:2");
  write_record(event);
}

void EventFile::scalar(std::int64_t step, std::string_view tag, double value) {
  std::string entry;
  put_bytes(entry, 1, tag);
  put_key(entry, 2, kFixed32);
  put_fixed(entry, std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4);
  write_summary(step, entry);
}

void EventFile::image(std::int64_t step, std::string_view tag, int width, int height,
                      std::span<const std::uint8_t> encoded) {
  constexpr std::int64_t kRgb = 3;
  std::string picture;
  put_number(picture, 1, height);
  put_number(picture, 2, width);
  put_number(picture, 3, kRgb);
  put_bytes(picture, 4, {reinterpret_cast<const char*>(encoded.data()), encoded.size()});
  std::string entry;
  put_bytes(entry, 1, tag);
  put_bytes(entry, 4, picture);
  write_summary(step, entry);
}

void EventFile::write_summary(std::int64_t step, const std::string& value) {
  std::string summary;
  put_bytes(summary, 1, value);
  std::string event = new_event();
  put_number(event, 2, step);
  put_bytes(event, 5, summary);
  write_record(event);
}

void EventFile::write_record(const std::string& event) {
  std::string frame;
  put_fixed(frame, event.size(), 8);
  put_fixed(frame, masked_crc(frame), 4);
  frame += event;
  put_fixed(frame, masked_crc(event), 4);
  output_.write(frame.data(), static_cast<std::streamsize>(frame.size()));
  output_.flush();
  if (!output_) {
    throw Error(ErrorCode::resource,
                "cannot write " + path_text(file_) + ". Check free space and permissions, or leave --tensorboard out.");
  }
}

}  // namespace fpcpu
