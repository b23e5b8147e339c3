// SPDX-License-Identifier: MIT
#include "train/prepare.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "core/duration.hpp"
#include "core/file.hpp"
#include "data/normaliser.hpp"
#include "fpcpu/error.hpp"
#include "optim/optimizer.hpp"
#include "options/augmentation.hpp"
#include "options/config.hpp"
#include "train/automatic.hpp"
#include "train/budget.hpp"
#include "train/run_facts.hpp"

namespace fpcpu {

namespace {

/// Parts of a time budget: what the epochs are to fill, so that a little bad luck does no harm, and what measuring the
/// speed may take.
constexpr double kBudgetAim = 0.97;
constexpr double kBudgetMeasuring = 0.05;
constexpr double kLongestMeasuring = 12;  // seconds

void check_start(TrainOptions& options, const RunOptions& run) {
  check_options(options);
  if (!run.fast) return;
  if (options.automatic || !options.time.empty()) {
    throw Error(ErrorCode::usage, "--fast is one short epoch; leave --time and --auto out.");
  }
  options.epochs = 1;
}

TrainingData open_data(const RunStart& start, const TrainOptions& options, DatasetPtr given) {
  const RunOptions& run = start.run;
  // The faces of a resumed run were judged when it began.
  if (!start.checkpoint) return open_training_data(options, std::move(given), run.fast, run.judged);
  try {
    return open_training_data(with_places(options, start.places), std::move(given), run.fast,
                              run.judged || !run.changed_data);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::io) throw;
    throw Error(e.code(), std::string(e.what()) + " If the faces were moved, say where they are: --resume " +
                              run.resume + " --data DIR.");
  }
}

/// The network of the run, or of the one that it resumes, whose file says how it is trained; what the options leave to
/// it is filled.
NetworkDefinition choose_network(const RunStart& start, TrainOptions& options, int points,
                                 const NetworkDefinition* given) {
  if (given != nullptr) options.model = kGivenModel;
  std::optional<NetworkDefinition> described;
  const bool has_recipe = !is_of_zoo(options);
  if (!start.checkpoint || has_recipe) described = build_network(options, points, given);
  NetworkDefinition network = described ? std::move(*described) : NetworkDefinition{start.checkpoint->graph};
  if (start.checkpoint) network.graph = start.checkpoint->graph;
  const Graph& graph = network.graph;
  check_describable(graph);
  const Shape input = graph.input_shape();
  if (!has_recipe) {
    options.input_size = {input.w, input.h};
    options.channels = input.c;
  }
  resolve_augmentation(options, input.c);
  options.head = to_text(*graph.head());
  if (options.loss == "auto" && network.recipe.terms.empty()) options.loss = graph.head()->usual_loss();
  return network;
}

/// Everything but what the pixels of the faces tell.
RunSetup open_run(RunStart& start, Given given, Dialogue& dialogue) {
  const Clock since_start;
  TrainOptions options = start.options;
  const bool faces_given = given.data != nullptr;
  const auto& kernels = choose_kernels(start.run, start.checkpoint, parse_precision(options.precision));
  auto pool = std::make_unique<ThreadPool>(start.run.threads);
  check_start(options, start.run);
  if (given.network && options.automatic) {
    throw Error(ErrorCode::usage, "automatic options are for networks of the zoo and of files, not for a given one.");
  }
  for (const std::string& finding : start.findings) dialogue.notice(finding);
  TrainingData data = open_data(start, options, std::move(given.data));
  dialogue.hear();
  Position position;
  if (start.checkpoint) position.load(start.checkpoint->state);
  if (!options.time.empty()) position.budget = parse_duration(options.time);
  if (options.automatic) {
    choose_options(
        options, data, position.budget, kernels, *pool, [&](const std::string& text) { dialogue.say(text); },
        [&] { dialogue.hear(); });
  }
  if (options.lr == 0) options.lr = usual_lr(options.optimizer);
  NetworkDefinition network = choose_network(start, options, data.train->points(), given.network.get());
  options.nme = Normaliser(options.nme, data.train->points()).name();
  RunSetup setup{.since_start = since_start,
                 .run = start.run,
                 .options = std::move(options),
                 .places = start.places,
                 .faces_given = faces_given,
                 .kernels = kernels,
                 .pool = std::move(pool),
                 .data = std::move(data),
                 .network = std::move(network),
                 .position = position};
  find_streams(setup.places, setup.network.recipe.streams,
               start.checkpoint ? start.checkpoint->state : saved_state::Texts{});
  if (start.checkpoint) setup.planned_epochs = start.planned_epochs;
  return setup;
}

void introduce(const RunSetup& setup, Dialogue& dialogue) {
  const auto notice = [&](const std::string& text) { dialogue.notice(text); };
  tell(setup.data.report, notice);
  dialogue.say(describe_data(setup.data));
  tell_warnings(setup.data.findings, notice);
  dialogue.say(describe_machine(setup.options.model, setup.network.graph, setup.kernels, setup.pool->threads()));
  const std::string other = kernels::precision_notice(setup.kernels, parse_precision(setup.options.precision));
  if (!other.empty()) notice(other);
}

/// A run that goes on with other faces is no longer one run.
void compare_data(RunSetup& setup, const RunStart& start, Dialogue& dialogue) {
  std::string changes;
  const Facts& facts = start.checkpoint->facts;
  const std::string count = std::to_string(setup.data.train->size());
  const auto had = facts.find("train_images");
  if (std::filesystem::exists(start.folder->data())) {
    changes = describe_changes(read_marks(start.folder->data()), setup.marks, setup.data);
  } else if (had == facts.end() || had->second != count) {
    changes = count + " training faces, the run had " + (had == facts.end() ? "" : had->second);
  }
  if (changes.empty()) return;
  if (!setup.run.changed_data) {
    throw Error(ErrorCode::format, "the data of " + path_text(start.folder->path()) +
                                       " is not what it was when the run began: " + changes +
                                       ". Restore it, or go on with it as it is by --changed-data.");
  }
  setup.data_changed = true;
  dialogue.notice("going on with changed data: " + changes);
}

/// What a model must know about its faces, and what a resumed run must find again.
void measure_faces(RunSetup& setup, const RunStart& start, Dialogue& dialogue) {
  if (start.checkpoint) {
    setup.preprocessing = start.checkpoint->preprocessing;
  } else {
    dialogue.say("measuring colours and mean shape ...");
    setup.preprocessing = measure_preprocessing(
        setup.options, setup.data, setup.network.graph, [&](const std::string& text) { dialogue.notice(text); },
        [&](const PhaseProgress& phase) { dialogue.phase_and_hear(phase); });
  }
  setup.network.graph.fit_heads(setup.preprocessing.mean_shape);
  if (setup.run.fast) return;
  setup.marks = mark_data(setup.data, *setup.pool, [&](std::size_t done, std::size_t all) {
    dialogue.phase_and_hear({"reading the data", done, all});
  });
  const std::vector<DataMark> streams = mark_streams(setup.network.recipe.streams, setup.places.streams);
  setup.marks.insert(setup.marks.end(), streams.begin(), streams.end());
  if (start.checkpoint) compare_data(setup, start, dialogue);
}

Supply make_supply(RunSetup& setup, Dialogue& dialogue) {
  setup.task = make_task(
      setup.network, setup.options,
      {setup.data.train, setup.preprocessing, setup.options.batch, setup.kernels, *setup.pool, setup.places.streams});
  const auto cache = static_cast<std::size_t>(setup.options.cache_mb);
  setup.loading = training_loader(setup.options, setup.network.graph.input_shape().c,
                                  Judge::cache_left(setup.data, cache), setup.pool->threads());
  setup.loading.streams = setup.task->streams->from_samples();
  dialogue.phase_and_hear({"planning the network"});
  return {std::make_unique<Loader>(setup.data.train, setup.preprocessing, setup.loading),
          std::make_unique<Judge>(setup.data, setup.preprocessing, setup.options.batch, cache, setup.kernels,
                                  setup.task->objective.judging_loss(), *setup.pool, setup.options.nme,
                                  [&](const PhaseProgress& phase) { dialogue.phase_and_hear(phase); })};
}

/// --time: the number of epochs that fits, by the speed of this machine as it is now.
void fix_epochs(RunSetup& setup, const Supply& supply, Dialogue& dialogue) {
  TrainOptions& options = setup.options;
  const Position& position = setup.position;
  const double budget = position.budget;
  const double used = position.setup_seconds + position.seconds;
  if (used >= budget) {
    throw Error(ErrorCode::usage, "--time " + options.time + " is for the whole run, which has used " + duration(used) +
                                      " already. Give a longer one.");
  }
  dialogue.say("measuring the speed for --time " + options.time + " ...");
  dialogue.phase_and_hear({"measuring the speed"});
  options.epochs = 1;
  RunSpeed speed;
  const int batches = supply.loader->batches_per_epoch();
  {
    Learner learner(*setup.task, setup.untrained().params, options, batches, setup.kernels, *setup.pool);
    speed = measure_speed(
        *supply.loader, learner, [&] { (void)supply.evaluate(setup, learner, 0, dialogue); },
        std::min(kBudgetMeasuring * budget, kLongestMeasuring), [&] { dialogue.hear(); });
  }
  setup.judge_seconds = speed.judge;
  options.epochs =
      position.epoch + epochs_within(kBudgetAim * budget - used - setup.since_start.seconds(), speed, batches);
  setup.note =
      "--time " + options.time + ": " + std::to_string(options.epochs) + " epochs, " + describe(speed, batches);
  options.time.clear();
  dialogue.say(setup.note);
}

/// The model of an epoch that was lost with its checkpoint is made again, except by a run that goes another way.
void forget_lost_best(RunSetup& setup, const RunFolder& folder) {
  Position& position = setup.position;
  if ((!setup.prolonged() && !setup.data_changed) || position.best_epoch == 0) return;
  if (!std::filesystem::exists(folder.model())) return;
  const Facts facts = load_checkpoint(folder.model()).facts;
  const auto epoch = facts.find("epoch");
  if (epoch == facts.end() || epoch->second != std::to_string(position.best_epoch)) {
    position.best_error = std::numeric_limits<double>::infinity();
  }
}

}  // namespace

JudgedModel Supply::evaluate(const RunSetup& setup, Learner& learner, int epoch, const Dialogue& dialogue) const {
  learner.measure_statistics(*loader, epoch, [&] { dialogue.hear(); });
  Model model = setup.with_params(learner.result());
  Judgement judgement = judge->epoch(model);
  return {std::move(model), std::move(judgement)};
}

PreparedRun prepare_run(RunStart& start, Given given, Dialogue& dialogue) {
  RunSetup setup = open_run(start, std::move(given), dialogue);
  introduce(setup, dialogue);
  measure_faces(setup, start, dialogue);
  Supply supply = make_supply(setup, dialogue);
  if (!setup.options.time.empty()) fix_epochs(setup, supply, dialogue);
  if (start.checkpoint) forget_lost_best(setup, *start.folder);
  return {std::move(setup), std::move(supply)};
}

}  // namespace fpcpu
