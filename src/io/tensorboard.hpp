// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace fpcpu {

/// An event file as TensorBoard reads it: TFRecord frames around Event messages of tensorflow/core/util/event.proto.
/// Every call appends whole records and flushes them.
class EventFile {
 public:
  /// Makes a new file events.out.tfevents.SECONDS.fpcpu[.N] in `folder`; one that exists is never touched.
  /// @throws Error{resource}
  explicit EventFile(const std::filesystem::path& folder);

  /// @throws Error{resource} if the file cannot be written; the same for image().
  void scalar(std::int64_t step, std::string_view tag, double value);
  /// @param encoded  the bytes of a PNG or JPEG file
  void image(std::int64_t step, std::string_view tag, int width, int height, std::span<const std::uint8_t> encoded);

 private:
  void write_summary(std::int64_t step, const std::string& value);
  void write_record(const std::string& event);

  std::filesystem::path file_;
  std::ofstream output_;
};

}  // namespace fpcpu
