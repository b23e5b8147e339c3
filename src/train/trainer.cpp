// SPDX-License-Identifier: MIT
#include "fpcpu/trainer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "train/conclude.hpp"
#include "train/prepare.hpp"
#include "train/run_start.hpp"
#include "train/run_writer.hpp"
#include "train/session.hpp"

namespace fpcpu {

namespace {

/// Stopped before its first step: nothing was written, except what a resumed run had.
TrainResult not_begun(const RunStart& start) {
  TrainResult result;
  result.interrupted = true;
  if (start.folder) result.run = path_text(start.folder->path());
  return result;
}

TrainResult run_training(RunStart start, const TrainCallbacks& callbacks, Given given) {
  Dialogue dialogue(callbacks);
  if (start.folder) dialogue.open_log(*start.folder);
  std::optional<PreparedRun> prepared;
  std::optional<Session> session;
  const bool ready = dialogue.attempt([&] {
    prepared.emplace(prepare_run(start, std::move(given), dialogue));
    session.emplace(prepared->setup, std::move(prepared->supply), std::exchange(start.checkpoint, {}), dialogue);
  });
  if (!ready) return not_begun(start);

  std::optional<RunWriter> writer;
  if (!start.run.fast) writer.emplace(*session, start.folder, dialogue);
  session->start();
  const bool whole = dialogue.attempt([&] {
    while (!session->finished()) {
      session->begin_epoch();
      while (session->step()) {
        if (writer) writer->save_if_due();
      }
      if (session->out_of_time()) break;
      FinishedEpoch epoch = session->finish_epoch();
      if (writer) writer->keep_epoch(epoch);
      dialogue.epoch(epoch.result);
      session->look_ahead(epoch);
    }
  });
  return conclude(*session, writer ? &*writer : nullptr, dialogue, !whole);
}

}  // namespace

TrainResult train(const TrainOptions& options, const RunOptions& run, const TrainCallbacks& callbacks) {
  return run_training(begin_run(options, run), callbacks, {});
}

TrainResult train(std::shared_ptr<const Dataset> data, const TrainOptions& options, const RunOptions& run,
                  const TrainCallbacks& callbacks) {
  return run_training(begin_run(options, run), callbacks, {std::move(data)});
}

TrainResult train(std::shared_ptr<const Dataset> data, const Network& network, const Recipe& recipe,
                  const TrainOptions& options, const RunOptions& run, const TrainCallbacks& callbacks) {
  auto definition = std::make_shared<NetworkDefinition>(NetworkDefinition{network.graph(), recipe});
  return run_training(begin_run(options, run), callbacks, {std::move(data), std::move(definition)});
}

std::string train_detector(const std::string& gt, const std::string& image_dir, bool fast) {
  TrainOptions options;
  options.data = {gt};
  options.images = image_dir;
  RunOptions run;
  run.fast = fast;
  const TrainResult result = train(options, run);
  if (result.diverged) throw Error(ErrorCode::numeric, result.finding);
  return result.model;
}

}  // namespace fpcpu
