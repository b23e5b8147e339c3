// SPDX-License-Identifier: MIT
#include "train/automatic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "core/duration.hpp"
#include "graph/passes/passes.hpp"
#include "graph/zoo/zoo.hpp"
#include "optim/optimizer.hpp"
#include "train/clock.hpp"
#include "train/learner.hpp"
#include "train/run_start.hpp"
#include "train/setup.hpp"

namespace fpcpu {

namespace {

/// Training images after which the default network hardly gains any more.
constexpr double kImagesToSee = 200'000;
/// With fewer epochs than this a smaller input learns more in the same time.
constexpr double kFewEpochs = 40;
constexpr int kSmallestInput = 64;
/// Sizes that are tried differ by this at least.
constexpr int kSizeStep = 4;
/// Part of a time budget that goes into training steps.
constexpr double kTrainingPart = 0.85;

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

int choose_batch(std::size_t faces) { return faces < 640 ? 16 : faces < 6400 ? 32 : 64; }

/// Images per second of training steps alone, on gray images.
double training_speed(const Graph& graph, TrainOptions options, const kernels::KernelTable<float>& kernels,
                      ThreadPool& pool, const std::function<void()>& between) {
  constexpr double kSeconds = 0.5;
  constexpr int kSteps = 3;
  options.lr = 1e-9;
  options.epochs = 1;
  const auto n = static_cast<std::size_t>(options.batch);
  const auto points = static_cast<std::size_t>(graph.points());
  const AlignedBuffer<float> x(n * graph.input_shape().size());
  const AlignedBuffer<float> targets(n * 2 * points);
  const std::vector<float> visible(n * points, 1.0F);
  const Batch batch{options.batch, x.data(), targets.data(), visible.data(), {}, {}};
  Params<float> params{ParamLayout(graph)};
  initialize(params, options.seed);
  Learner learner(make_plain_task(graph, options), std::move(params), options, kSteps, kernels, pool);
  (void)learner.step(batch);
  const Clock clock;
  int steps = 0;
  while (steps < kSteps || clock.seconds() < kSeconds) {
    if (between) between();
    (void)learner.step(batch);
    ++steps;
  }
  return steps * options.batch / clock.seconds();
}

int median_side(const Dataset& data) {
  std::vector<int> sides;
  for (std::size_t i = 0; i < data.size(); ++i) sides.push_back(std::max(data.width(i), data.height(i)));
  const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::nth_element(sides.begin(), middle, sides.end());
  return *middle;
}

struct InputChoice {
  int size = 0;
  double cost = 1;  // of a training image, relative to that at the network's own size
  std::string why;
};

/// @param epochs_at_own  that there is time for at the network's own size; infinite without a budget.
InputChoice choose_input(const ZooEntry& entry, int side, double epochs_at_own) {
  const int step = (kSizeStep + entry.multiple - 1) / entry.multiple * entry.multiple;
  const int smallest = std::max(entry.smallest, kSmallestInput);
  const auto relative_cost = [&](int size) { return std::pow(static_cast<double>(size) / entry.input_size, 2); };
  int size = entry.input_size;
  std::string why = "the network's own";
  while (size - step >= std::max(side, smallest)) {
    size -= step;
    why = "the faces have about " + std::to_string(side) + " px";
  }
  if (epochs_at_own / relative_cost(size) < kFewEpochs) {
    why = "at " + std::to_string(size) + " px there is time for " +
          number(std::floor(epochs_at_own / relative_cost(size))) + " epochs only";
    while (size - step >= smallest && epochs_at_own / relative_cost(size) < kFewEpochs) size -= step;
  }
  return {size, relative_cost(size), why};
}

}  // namespace

void choose_options(TrainOptions& options, const TrainingData& data, double budget,
                    const kernels::KernelTable<float>& kernels, ThreadPool& pool,
                    const std::function<void(const std::string&)>& say, const std::function<void()>& between) {
  const std::size_t faces = data.train->size();
  const auto count = static_cast<double>(faces);
  if (options.batch == 0) {
    options.batch = choose_batch(faces);
    const std::size_t steps = std::max<std::size_t>(1, faces / static_cast<std::size_t>(options.batch));
    say("auto: batch " + std::to_string(options.batch) + ": " + std::to_string(steps) + " steps an epoch with " +
        std::to_string(faces) + " faces");
  }
  const Graph graph = drop_training_only(build_network(options, data.train->points()).graph);
  const double speed = training_speed(graph, options, kernels, pool, between);
  double cost = 1;
  if (options.input_size == 0 && !is_model_file(options.model)) {
    const auto entry = std::find_if(zoo().begin(), zoo().end(), [&](const auto& e) { return e.name == options.model; });
    const double epochs = budget > 0 ? kTrainingPart * budget * speed / count : HUGE_VAL;
    const InputChoice choice = choose_input(*entry, median_side(*data.train), epochs);
    options.input_size = choice.size;
    cost = choice.cost;
    say("auto: input size " + std::to_string(choice.size) + ": " + choice.why);
  }
  if (options.lr == 0) {
    options.lr = usual_lr(options.optimizer) * std::sqrt(options.batch / 32.0);
    say("auto: lr " + number(options.lr) + ": usual for " + options.optimizer + " at batch " +
        std::to_string(options.batch));
  }
  if (options.epochs == 0 && budget == 0) {
    options.epochs = static_cast<int>(std::clamp(std::ceil(kImagesToSee / count), 10.0, 400.0));
    say("auto: epochs " + std::to_string(options.epochs) + ": " + number(options.epochs * count) +
        " training images, some " + duration(options.epochs * count * cost / speed) + " with " +
        std::to_string(pool.threads()) + (pool.threads() == 1 ? " thread" : " threads"));
  }
}

}  // namespace fpcpu
