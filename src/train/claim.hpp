// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/process.hpp"

namespace fpcpu {

/// The right to work on something that several processes share, as files NAME.1, NAME.2, ... in a folder they all see.
/// The highest number holds the claim; the file says which process that is. The claim is stale when that process is
/// gone, or, where this cannot be seen (another host), when it no longer touches the file regularly. Whoever first
/// creates the next number then holds it: exclusive creation has one winner, and nothing is deleted that somebody else
/// may have just made. Clocks of different machines must agree within the stale time.
class Claim {
 public:
  /// Null while somebody else holds the claim. @throws Error{resource} if the folder cannot be written.
  [[nodiscard]] static std::unique_ptr<Claim> take(const std::filesystem::path& folder, const std::string& name,
                                                   double stale_seconds);
  /// Tries until it succeeds.
  [[nodiscard]] static std::unique_ptr<Claim> wait(const std::filesystem::path& folder, const std::string& name,
                                                   double stale_seconds);
  /// The process that holds the claim, if it is held; for messages.
  [[nodiscard]] static ProcessMark holder(const std::filesystem::path& folder, const std::string& name);
  /// Gives the claim back.
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  /// True once somebody else has taken the claim over, because this process slept longer than the stale time.
  [[nodiscard]] bool lost() const noexcept { return lost_; }
  /// True if a process that held it went away without giving it back, and which one, as far as it was told.
  [[nodiscard]] bool taken_over() const noexcept { return taken_over_; }
  [[nodiscard]] const ProcessMark& previous_owner() const noexcept { return previous_owner_; }

 private:
  Claim(std::filesystem::path folder, std::string name, int number, double beat_seconds);
  void beat(double seconds);

  std::filesystem::path folder_;
  std::string name_;
  int number_;
  bool taken_over_ = false;
  ProcessMark previous_owner_;
  std::atomic<bool> lost_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread heart_;
};

}  // namespace fpcpu
