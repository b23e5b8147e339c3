// SPDX-License-Identifier: MIT
#include "train/checkpoint_files.hpp"

#include <filesystem>
#include <system_error>

#include "core/file.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kOtherFiles = 8U << 20U;  // report with its pictures, tables, log

std::uint64_t parameter_bytes(const Checkpoint& checkpoint) {
  return sizeof(float) * (checkpoint.params.trainable.size() + checkpoint.params.buffers.size());
}

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + (1U << 20U) - 1) >> 20U) + " MB"; }

}  // namespace

void save_last(const RunFolder& folder, const Checkpoint& checkpoint) {
  // A second name for the old one, so that there is a last.safetensors at every moment.
  std::error_code error;
  if (fs::exists(folder.last())) {
    fs::remove(folder.previous(), error);
    fs::create_hard_link(folder.last(), folder.previous(), error);
    // Not every file system has links; the moment without a last.safetensors is what load_newest() is prepared for.
    if (error) fs::rename(folder.last(), folder.previous(), error);
  }
  save_checkpoint(folder.last(), checkpoint);
}

NewestCheckpoint load_newest(const RunFolder& folder) {
  std::string reason;
  try {
    return {load_checkpoint(folder.last()), ""};
  } catch (const Error& e) {
    if (!fs::exists(folder.previous())) throw;
    reason = e.what();
  }
  Checkpoint before = load_checkpoint(folder.previous());
  std::error_code gone;
  fs::rename(folder.last(), folder.damaged(), gone);
  fs::rename(folder.previous(), folder.last());
  return {std::move(before), "the last checkpoint cannot be used: " + reason +
                                 " The run goes on from the one before it" +
                                 (gone ? "." : "; the other is kept as " + path_text(folder.damaged()) + ".")};
}

std::uint64_t bytes_needed(const Checkpoint& checkpoint) {
  const std::uint64_t model = parameter_bytes(checkpoint);
  std::uint64_t all = model;
  for (const auto& [name, values] : checkpoint.extra) all += sizeof(float) * values.size();
  return 3 * all + 2 * model + kOtherFiles;
}

std::optional<std::string> describe_lack_of_room(const std::string& folder, std::uint64_t needed,
                                                 std::optional<std::uint64_t> free) {
  if (!free || *free >= needed) return std::nullopt;
  return folder + ": " + megabytes(*free) + " of disk space are free, this run needs " + megabytes(needed) +
         " (two checkpoints, the one being written, the model). Make room or choose another --out.";
}

void check_room(const RunFolder& folder, const Checkpoint& first) {
  std::error_code error;
  const fs::space_info space = fs::space(folder.path(), error);
  const bool known = !error && space.capacity > 0;
  const auto lack = describe_lack_of_room(path_text(folder.path()), bytes_needed(first),
                                          known ? std::optional<std::uint64_t>(space.available) : std::nullopt);
  if (lack) throw Error(ErrorCode::resource, *lack);
}

}  // namespace fpcpu
