// SPDX-License-Identifier: MIT
#include "train/claim.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string_view>

#include "core/file.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

constexpr double kBeatsPerStaleTime = 10;

fs::path file_of(const fs::path& folder, const std::string& name, int number) {
  return folder / (name + "." + std::to_string(number));
}

/// The highest number in use, 0 for none.
int highest(const fs::path& folder, const std::string& name) {
  int found = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string file = path_text(entry.path().filename());
    if (file.size() <= name.size() + 1 || !file.starts_with(name) || file[name.size()] != '.') continue;
    int number = 0;
    const auto parsed = std::from_chars(file.data() + name.size() + 1, file.data() + file.size(), number);
    if (parsed.ec == std::errc{} && parsed.ptr == file.data() + file.size()) found = std::max(found, number);
  }
  return found;
}

ProcessMark owner_of(const fs::path& file) {
  std::ifstream input(file);
  return parse_process({std::istreambuf_iterator<char>(input), {}});
}

/// A file that has just gone is not stale: its owner is about to tell why.
bool is_stale(const fs::path& file, double stale_seconds) {
  const ProcessState owner = state_of(owner_of(file));
  if (owner != ProcessState::unknown) return owner == ProcessState::gone;
  std::error_code gone;
  const auto touched = fs::last_write_time(file, gone);
  if (gone) return false;
  return std::chrono::duration<double>(fs::file_time_type::clock::now() - touched).count() > stale_seconds;
}

enum class Created { yes, exists, refused };

Created create(const fs::path& file) {
  std::FILE* created = std::fopen(file.string().c_str(), "wx");
  if (created == nullptr) return errno == EEXIST ? Created::exists : Created::refused;
  const std::string owner = to_text(this_process());
  (void)std::fwrite(owner.data(), 1, owner.size(), created);  // without it the time the file was touched counts
  std::fclose(created);
  return Created::yes;
}

/// Under its name with all its content at once, so that a kill never leaves a claim without an owner; where the file
/// system gives a file no second name, created and then written. False if it exists already.
bool create_exclusively(const fs::path& file) {
  const fs::path complete = temporary_beside(file.parent_path() / file.stem());
  Created created = create(complete);
  if (created == Created::yes) {
    std::error_code error;
    fs::create_hard_link(complete, file, error);
    std::error_code ignored;
    fs::remove(complete, ignored);
    if (!error) return true;
    created = error == std::errc::file_exists ? Created::exists : create(file);
  }
  if (created != Created::refused) return created == Created::yes;
  throw Error(ErrorCode::resource,
              "cannot write " + path_text(file) + ". Check the folder, its permissions and free space.");
}

}  // namespace

std::unique_ptr<Claim> Claim::take(const fs::path& folder, const std::string& name, double stale_seconds) {
  const int held = highest(folder, name);
  const fs::path held_file = file_of(folder, name, held);
  if (held > 0 && !is_stale(held_file, stale_seconds)) return nullptr;
  const ProcessMark before = owner_of(held_file);
  if (!create_exclusively(file_of(folder, name, held + 1))) return nullptr;
  remove_temporaries(folder, std::array<std::string_view, 1>{name});
  std::unique_ptr<Claim> claim(new Claim(folder, name, held + 1, stale_seconds / kBeatsPerStaleTime));
  claim->taken_over_ = held > 0;
  claim->previous_owner_ = before;
  return claim;
}

ProcessMark Claim::holder(const fs::path& folder, const std::string& name) {
  return owner_of(file_of(folder, name, highest(folder, name)));
}

std::unique_ptr<Claim> Claim::wait(const fs::path& folder, const std::string& name, double stale_seconds) {
  for (;;) {
    if (auto claim = take(folder, name, stale_seconds)) return claim;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Claim::Claim(fs::path folder, std::string name, int number, double beat_seconds)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      number_(number),
      heart_([this, beat_seconds] { beat(beat_seconds); }) {}

Claim::~Claim() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  wake_.notify_all();
  heart_.join();
  // The stale ones first: as long as the own file is there, nobody takes them for the latest.
  for (int number = 1; number <= number_; ++number) {
    std::error_code ignored;
    fs::remove(file_of(folder_, name_, number), ignored);
  }
}

void Claim::beat(double seconds) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return done_; })) {
    std::error_code gone;
    if (fs::exists(file_of(folder_, name_, number_ + 1), gone)) lost_ = true;
    if (!lost_) fs::last_write_time(file_of(folder_, name_, number_), fs::file_time_type::clock::now(), gone);
  }
}

}  // namespace fpcpu
