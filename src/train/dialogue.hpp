// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "fpcpu/trainer.hpp"
#include "train/run_folder.hpp"
#include "train/stop.hpp"

namespace fpcpu {

/// What a run and its caller tell each other. Sentences go to the caller at once, and to log.txt as soon as there is
/// one.
class Dialogue {
 public:
  explicit Dialogue(const TrainCallbacks& callbacks) : callbacks_(callbacks) {}

  /// What was said so far and all that follows goes into log.txt of `folder`, which must outlive the run.
  void open_log(RunFolder& folder) {
    folder_ = &folder;
    for (const std::string& text : unwritten_) folder.log(text);
    unwritten_.clear();
  }

  void say(const std::string& text) { say(text, callbacks_.message); }
  /// What the caller did not ask for.
  void notice(const std::string& text) { say(text, callbacks_.notice); }
  /// Into log.txt only.
  void log(const std::string& line) { folder_->log(line); }

  void step(const StepProgress& progress) const {
    if (callbacks_.step) callbacks_.step(progress);
  }
  void epoch(const EpochResult& result) const {
    if (callbacks_.epoch) callbacks_.epoch(result);
  }
  void phase(const PhaseProgress& phase) const {
    if (callbacks_.phase) callbacks_.phase(phase);
  }
  /// The same in work that takes long enough to be given up.
  void phase_and_hear(const PhaseProgress& told) const {
    hear();
    phase(told);
  }

  /// Where the wish to stop is heard. Once it is granted it is no longer asked for: what is left to do is saving.
  /// @throws Interrupted
  void hear() const {
    if (!stopping_) stop_point(callbacks_);
  }

  /// False if the caller wanted to stop meanwhile.
  template <class Work>
  bool attempt(const Work& work) {
    try {
      work();
      return true;
    } catch (const Interrupted&) {
      stopping_ = true;
      return false;
    }
  }

 private:
  void say(const std::string& text, const std::function<void(const std::string&)>& callback) {
    if (folder_ != nullptr) {
      folder_->log(text);
    } else {
      unwritten_.push_back(text);
    }
    if (callback) callback(text);
  }

  const TrainCallbacks& callbacks_;
  RunFolder* folder_ = nullptr;
  std::vector<std::string> unwritten_;
  bool stopping_ = false;
};

}  // namespace fpcpu
