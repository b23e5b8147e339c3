// SPDX-License-Identifier: MIT
#include "train/conclude.hpp"

#include <algorithm>
#include <string>

#include "core/duration.hpp"
#include "core/file.hpp"
#include "report/fit_finding.hpp"

namespace fpcpu {

namespace {

void explain_end(Session& session, const RunWriter* writer, Dialogue& dialogue, bool interrupted) {
  const TrainOptions& options = session.setup().options;
  const int done = session.position().epoch;
  if (session.out_of_time() && writer != nullptr) {
    session.lift_limit();
    dialogue.notice("the time is used up after " + std::to_string(done) + " of " + std::to_string(options.epochs) +
                    " epochs: this machine became slower than it was at the start. To run the rest without a limit: "
                    "fpcpu train --resume " +
                    path_text(writer->folder().path()));
  } else if (done < options.epochs && !interrupted) {
    dialogue.say("stopped: no better validation error for " + std::to_string(options.patience) + " epochs");
  }
}

Verdict find_verdict(Session& session, const RunWriter& writer) {
  const RunSetup& setup = session.setup();
  Judge& judge = session.judge();
  Course course;
  course.rows = writer.rows();
  course.train_images = setup.data.train->size();
  course.best_epoch = session.position().best_epoch;
  if (judge.has_faces()) {
    course.best_mse100 = session.best().val_mse100;
    course.mean_shape_mse100 = mean_shape_mse100(judge.faces(), setup.preprocessing.mean_shape);
    course.untrained_mse100 = [&] {
      return judge.on_new_faces(setup.untrained(), "evaluating the untrained network").metrics.mse100;
    };
  }
  return judge_course(course);
}

void tell_findings(const Session& session, const Verdict& verdict, Dialogue& dialogue) {
  const EpochResult& best = session.best();
  const FitFinding fit = describe_fit(session.setup().options, best.fit_mse100, best.val_mse100);
  if (fit.overfits && !verdict.diverged) dialogue.say(fit.text);
  if (verdict.diverged) {
    dialogue.log(verdict.text);  // the caller says it as the result
  } else if (!verdict.text.empty()) {
    verdict.early ? dialogue.say(verdict.text) : dialogue.notice(verdict.text);
  }
}

}  // namespace

TrainResult conclude(Session& session, RunWriter* writer, Dialogue& dialogue, bool interrupted) {
  TrainResult result;
  result.interrupted = interrupted;
  explain_end(session, writer, dialogue, interrupted);
  if (writer != nullptr) writer->save_rest();  // before anything that may take longer
  RunTimes times = session.take_times();
  if (times.load > std::max(2.0, 0.05 * times.all)) {
    dialogue.say("waited " + duration(times.load) + " for images; a larger --cache-mb may help");
  }
  Verdict verdict;
  // Verdict and report can be made again by --resume; what was asked for by Ctrl-C is to end.
  const auto attempt = [&](const auto& work) {
    if (!dialogue.attempt(work)) result.interrupted = true;
  };
  if (writer != nullptr && !interrupted) attempt([&] { verdict = find_verdict(session, *writer); });
  tell_findings(session, verdict, dialogue);
  if (writer != nullptr) {
    times.save = writer->seconds();
    writer->ensure_model();
    attempt([&] { writer->write_report(times, result.interrupted, verdict); });
    result.run = path_text(writer->folder().path());
    result.model = path_text(writer->folder().model());
  }
  result.diverged = verdict.diverged;
  result.finding = verdict.text;
  result.out_of_time = session.out_of_time();
  result.epochs = session.position().epoch;
  result.best_epoch = session.position().best_epoch;
  result.train_mse100 = session.last().train_mse100;
  result.val_mse100 = session.best().val_mse100;
  result.val_nme = session.best().val_nme;
  result.nme_by = session.setup().options.nme;
  return result;
}

}  // namespace fpcpu
