// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/thread_pool.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

/// What a face was made of when a run began: checksums (CRC-32C) of the bytes of its image file and of its points.
struct FaceMark {
  std::string part;  // train or val
  std::string name;
  std::uint64_t bytes = 0;  // of the image file; 0: there is none
  std::uint32_t image = 0;
  std::uint32_t labels = 0;

  friend bool operator==(const FaceMark&, const FaceMark&) = default;
};

/// Reads every image file once, several at a time. @param progress  called with the number of faces done and of all.
[[nodiscard]] std::vector<FaceMark> mark_data(const TrainingData& data, ThreadPool& pool,
                                              const std::function<void(std::size_t, std::size_t)>& progress);

/// data.csv of a run folder.
void write_marks(const std::filesystem::path& file, const std::vector<FaceMark>& marks);
/// @throws Error{io|format} with file and line.
[[nodiscard]] std::vector<FaceMark> read_marks(const std::filesystem::path& file);

/// "2 images changed: a.jpg, b.jpg; 1 row of labels changed: faces/gt.csv line 17"; empty if nothing has changed.
[[nodiscard]] std::string describe_changes(const std::vector<FaceMark>& before, const std::vector<FaceMark>& now,
                                           const TrainingData& data);

}  // namespace fpcpu
