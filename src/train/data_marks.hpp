// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/thread_pool.hpp"
#include "fpcpu/objective.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

/// What a face, or the file of a target stream, was made of when a run began: checksums (CRC-32C) of the bytes of its
/// file and, of a face, of its points.
struct DataMark {
  std::string part;         // train, val or stream
  std::string name;         // of the face or the stream
  std::uint64_t bytes = 0;  // of the file; 0: there is none
  std::uint32_t image = 0;
  std::uint32_t labels = 0;

  friend bool operator==(const DataMark&, const DataMark&) = default;
};

/// Reads every image file once, several at a time. @param progress  called with the number of faces done and of all.
[[nodiscard]] std::vector<DataMark> mark_data(const TrainingData& data, ThreadPool& pool,
                                              const std::function<void(std::size_t, std::size_t)>& progress);

/// Of each stream that reads a file. @param files  where they are, by their paths in the specs
[[nodiscard]] std::vector<DataMark> mark_streams(const std::vector<StreamSpec>& specs,
                                                 const std::map<std::string, std::string>& files);

/// data.csv of a run folder.
void write_marks(const std::filesystem::path& file, const std::vector<DataMark>& marks);
/// @throws Error{io|format} with file and line.
[[nodiscard]] std::vector<DataMark> read_marks(const std::filesystem::path& file);

/// "2 images changed: a.jpg, b.jpg; 1 row of labels changed: faces/gt.csv line 17"; empty if nothing has changed. Of
/// streams those count that both have: one that was added or left out is a change of the network's file.
[[nodiscard]] std::string describe_changes(const std::vector<DataMark>& before, const std::vector<DataMark>& now,
                                           const TrainingData& data);

}  // namespace fpcpu
