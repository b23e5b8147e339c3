// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/checkpoint.hpp"
#include "train/clock.hpp"
#include "train/run_folder.hpp"

/// The checkpoints of a run on disk: how often, which of them are kept, and which one a resumed run starts from.
namespace fpcpu {

/// When a run saves. docs/adr/0013
class CheckpointTimer {
 public:
  /// @param seconds  between two checkpoints; 0: after every epoch
  explicit CheckpointTimer(double seconds) : seconds_(seconds) {}

  [[nodiscard]] bool is_due_inside_epoch() const { return seconds_ > 0 && since_last_.seconds() >= seconds_; }
  /// The first epoch is always followed by one.
  [[nodiscard]] bool is_due_after_epoch() const { return !saved_ || since_last_.seconds() >= seconds_; }
  void saved() {
    saved_ = true;
    since_last_ = Clock();
  }

 private:
  double seconds_;
  bool saved_ = false;
  Clock since_last_;
};

/// Writes last.safetensors; what was there before becomes previous.safetensors. Whenever the process ends, one of them
/// is whole. @throws Error{resource}
void save_last(const RunFolder& folder, const Checkpoint& checkpoint);

/// A checkpoint to start from, and what there is to say about it: empty, or why it is not the last one.
struct NewestCheckpoint {
  Checkpoint checkpoint;
  std::string notice;
};

/// The last checkpoint, or the one before if the last is damaged; that is then the last. @throws Error{io|format}
[[nodiscard]] NewestCheckpoint load_newest(const RunFolder& folder);

/// Bytes that a run will take up: two checkpoints and the one being written, the model twice, the rest.
[[nodiscard]] std::uint64_t bytes_needed(const Checkpoint& checkpoint);

/// Nothing if there is room, else what is wrong. @param free  nothing: unknown
[[nodiscard]] std::optional<std::string> describe_lack_of_room(const std::string& folder, std::uint64_t needed,
                                                               std::optional<std::uint64_t> free);

/// @throws Error{resource} unless the file system has room for the run.
void check_room(const RunFolder& folder, const Checkpoint& first);

}  // namespace fpcpu
