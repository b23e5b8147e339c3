// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "io/checkpoint.hpp"
#include "io/metrics_csv.hpp"
#include "train/clock.hpp"
#include "train/dialogue.hpp"
#include "train/learner.hpp"
#include "train/position.hpp"
#include "train/prepare.hpp"
#include "train/run_report.hpp"

namespace fpcpu {

struct FinishedEpoch {
  EpochResult result;
  Model model;  // what was judged
  Judgement judged;
  double training_seconds = 0;     // without judging and saving
  std::vector<double> terms = {};  // see TermSums::means()
};

/// A training under way: the learner, where it stands, and the steps it takes. Knows nothing of files.
class Session {
 public:
  /// Begins with the first parameters of `setup`, or goes on at `checkpoint`. `setup` must outlive it.
  /// @throws Error{usage} for fewer epochs than are done or than its stages need, Error{format}; Interrupted
  Session(const RunSetup& setup, Supply supply, std::optional<Checkpoint> checkpoint, Dialogue& dialogue);

  /// All is ready: the time of the training runs from now on.
  void start();

  /// The epochs are done, --patience is at its end, or the time is used up.
  [[nodiscard]] bool finished() const { return out_of_time_ || is_complete(); }
  [[nodiscard]] bool out_of_time() const noexcept { return out_of_time_; }

  /// Begins an epoch, or goes on in the middle of the one that was begun.
  void begin_epoch();
  /// One step; false if it was the last of its epoch, or the time is used up. @throws Interrupted after the step
  bool step();
  /// Judges the epoch; from then on it is done. Interrupted before, the run goes on here.
  [[nodiscard]] FinishedEpoch finish_epoch();
  /// Where a run that could go on hears the wish to stop and looks at its time. @throws Interrupted
  void look_ahead(const FinishedEpoch& epoch);

  /// The figures of the last and of the best epoch of a resumed run.
  void recall(std::span<const EpochRow> rows);
  /// What is left of the run has no limit of time any more.
  void lift_limit();
  /// The state of the training, as a checkpoint keeps it.
  void save(Checkpoint& checkpoint) const;
  /// Grows with everything that a checkpoint would have to say.
  [[nodiscard]] std::int64_t revision() const noexcept { return revision_; }

  [[nodiscard]] const RunSetup& setup() const noexcept { return setup_; }
  [[nodiscard]] const Position& position() const noexcept { return position_; }
  [[nodiscard]] const Learner& learner() const noexcept { return learner_; }
  [[nodiscard]] Judge& judge() noexcept { return *supply_.judge; }
  [[nodiscard]] const EpochResult& last() const noexcept { return last_; }
  [[nodiscard]] const EpochResult& best() const noexcept { return best_; }
  /// On the number of epochs; empty if there is nothing to say.
  [[nodiscard]] const std::string& note() const noexcept { return note_; }
  /// What makes the run another one than config.toml gives from the start; empty if nothing does.
  [[nodiscard]] const std::string& replanned() const noexcept { return replanned_; }

  /// The model to keep, of a run that was stopped before they were judged.
  [[nodiscard]] Model unjudged_model();
  /// Since the start, without saving.
  [[nodiscard]] RunTimes take_times();

 private:
  void go_on(const Checkpoint& checkpoint);
  void plan_anew();
  [[nodiscard]] bool is_complete() const;
  void take_step(const Batch& batch);
  void tell_step(int images, int batches) const;
  /// Stops a run that its time does not suffice for, although the number of epochs was chosen to fit.
  /// @param needed  seconds to the next chance to stop
  void watch_time(double needed);

  const RunSetup& setup_;
  Dialogue& dialogue_;
  Supply supply_;
  Learner learner_;
  Position position_;
  std::string note_;
  std::string replanned_;
  EpochResult last_;
  EpochResult best_;
  Clock clock_;          // of the whole run, earlier sessions included
  Clock epoch_clock_;    // of the training of this epoch
  Clock session_clock_;  // since the start
  double stalled_before_ = 0;
  double judged_before_ = 0;
  double judge_seconds_;  // of one judgement
  bool out_of_time_ = false;
  std::int64_t revision_ = 0;
};

}  // namespace fpcpu
