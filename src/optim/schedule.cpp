// SPDX-License-Identifier: MIT
#include "optim/schedule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "optim/saved_state.hpp"

namespace fpcpu {

namespace {

/// Where a run stands after its warm-up.
struct Progress {
  double epoch;  // epochs done, from the start of training
  double part;   // u of the formulas, 0 at the end of the warm-up and 1 at the last step
  int drops;     // of plateau
};

/// From `a` at u = 0 to `b` at u = 1 on half a cosine.
double half_cosine(double a, double b, double u) noexcept {
  return b + (a - b) * (1.0 + std::cos(std::numbers::pi * u)) / 2.0;
}

double constant(const ScheduleOptions&, const Progress&) noexcept { return 1.0; }

double step_drops(const ScheduleOptions& o, const Progress& p) noexcept {
  const double every = o.drop_every > 0 ? o.drop_every : o.epochs / 3.0;
  return std::pow(o.gamma, std::floor(p.epoch / every));
}

double multi_step(const ScheduleOptions& o, const Progress& p) noexcept {
  const auto passed = std::count_if(o.milestones.begin(), o.milestones.end(), [&](double m) { return p.epoch >= m; });
  return std::pow(o.gamma, static_cast<double>(passed));
}

double exponential(const ScheduleOptions& o, const Progress& p) noexcept { return std::pow(o.final_ratio, p.part); }

double plateau(const ScheduleOptions& o, const Progress& p) noexcept { return std::pow(o.gamma, p.drops); }

double cosine(const ScheduleOptions& o, const Progress& p) noexcept { return half_cosine(1.0, o.final_ratio, p.part); }

double one_cycle(const ScheduleOptions& o, const Progress& p) noexcept {
  constexpr double kStart = 1.0 / 25.0;
  constexpr double kPeak = 0.3;
  if (p.part < kPeak) return half_cosine(kStart, 1.0, p.part / kPeak);
  return half_cosine(1.0, o.final_ratio, (p.part - kPeak) / (1.0 - kPeak));
}

/// All schedules as factors on the highest rate; a new one is one more line here.
struct Item {
  std::string_view name;
  double (*factor)(const ScheduleOptions&, const Progress&) noexcept;
};
constexpr auto kSchedules = std::to_array<Item>({
    {"constant", constant},
    {"step", step_drops},
    {"multi-step", multi_step},
    {"exponential", exponential},
    {"plateau", plateau},
    {"cosine", cosine},
    {"one-cycle", one_cycle},
});

std::size_t index_of(const std::string& name) {
  for (std::size_t i = 0; i < kSchedules.size(); ++i) {
    if (kSchedules[i].name == name) return i;
  }
  throw Error(ErrorCode::usage, "unknown schedule '" + name + "'." + suggest(name, schedule_names()));
}

void require(bool ok, const char* what, const char* expected) {
  if (ok) return;
  throw Error(ErrorCode::usage, std::string("schedule: ") + what + " must be " + expected + ".");
}

}  // namespace

std::vector<std::string_view> schedule_names() {
  std::vector<std::string_view> names;
  for (const Item& item : kSchedules) names.push_back(item.name);
  return names;
}

Schedule::Schedule(ScheduleOptions options) : options_(std::move(options)), kind_(index_of(options_.name)) {
  require(options_.lr > 0 && std::isfinite(options_.lr), "lr", "above 0");
  require(options_.epochs > 0, "epochs", "above 0");
  require(options_.steps_per_epoch > 0, "steps per epoch", "above 0");
  require(options_.warmup >= 0, "warm-up", "0 or more epochs");
  require(options_.gamma > 0 && options_.gamma <= 1, "gamma", "above 0 and at most 1");
  require(options_.drop_every >= 0, "drop_every", "0 or more epochs");
  const bool may_rise = options_.name == "exponential";
  require(options_.final_ratio > 0 && (options_.final_ratio <= 1 || may_rise), "final_ratio", "above 0 and at most 1");
  require(options_.patience >= 0, "patience", "0 or more epochs");
  require(options_.threshold >= 0 && options_.threshold < 1, "threshold", "at least 0 and below 1");
  if (options_.milestones.empty()) options_.milestones = {0.6 * options_.epochs, 0.85 * options_.epochs};
  const double per_epoch = static_cast<double>(options_.steps_per_epoch);
  total_steps_ = std::max<std::int64_t>(1, std::llround(options_.epochs * per_epoch));
  warmup_steps_ = std::min<std::int64_t>(total_steps_, std::llround(options_.warmup * per_epoch));
  best_ = std::numeric_limits<double>::infinity();
}

double Schedule::lr(std::int64_t step) const noexcept {
  if (step < warmup_steps_) {
    const double start = kSchedules[kind_].factor(options_, Progress{.epoch = 0, .part = 0, .drops = 0});
    return options_.lr * start * static_cast<double>(step + 1) / static_cast<double>(warmup_steps_);
  }
  const std::int64_t last = total_steps_ - 1;
  const std::int64_t t = std::min(step, last);
  const std::int64_t after_warmup = std::max<std::int64_t>(1, last - warmup_steps_);
  const Progress progress{
      .epoch = static_cast<double>(t) / static_cast<double>(options_.steps_per_epoch),
      .part = static_cast<double>(std::max<std::int64_t>(0, t - warmup_steps_)) / static_cast<double>(after_warmup),
      .drops = drops_};
  return options_.lr * kSchedules[kind_].factor(options_, progress);
}

void Schedule::observe(double error) noexcept {
  // The first error is below infinity; a NaN is below nothing and counts as bad.
  if (error < best_ * (1.0 - options_.threshold)) {
    best_ = error;
    bad_ = 0;
  } else if (++bad_ > options_.patience) {
    ++drops_;
    bad_ = 0;
  }
}

void Schedule::save(std::map<std::string, std::string>& state) const {
  saved_state::put(state, "schedule.best", best_);
  saved_state::put(state, "schedule.bad", std::int64_t{bad_});
  saved_state::put(state, "schedule.drops", std::int64_t{drops_});
}

void Schedule::load(const std::map<std::string, std::string>& state) {
  best_ = saved_state::get_number(state, "schedule.best");
  bad_ = static_cast<int>(saved_state::get_count(state, "schedule.bad", saved_state::kMostEpochs));
  drops_ = static_cast<int>(saved_state::get_count(state, "schedule.drops", saved_state::kMostEpochs));
}

}  // namespace fpcpu
