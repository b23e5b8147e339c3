// SPDX-License-Identifier: MIT
#include "cli/train_monitor.hpp"

#include <array>
#include <cmath>
#include <filesystem>

#include "cli/interrupt.hpp"
#include "cli/terminal_text.hpp"
#include "core/duration.hpp"
#include "core/version.hpp"
#include "data/normaliser.hpp"
#include "report/html_text.hpp"
#include "train/epoch_line.hpp"

namespace fpcpu::cli {

std::string live_text(const StepProgress& p) {
  std::array<char, 200> text{};
  const double part = static_cast<double>(p.batch) / p.batches;
  std::snprintf(text.data(), text.size(), "epoch %d/%d %s %3.0f %%  loss %.4f  mse100 %.2f  %.0f img/s  %s left",
                p.epoch, p.epochs, bar(part, 20).c_str(), 100 * part, p.loss, p.mse100, p.images_per_s,
                duration(p.seconds_left).c_str());
  return text.data();
}

std::string live_text(const PhaseProgress& p) {
  if (p.total == 0) return p.what + " ...";
  return p.what + " " + bar(static_cast<double>(p.done) / static_cast<double>(p.total), 20) + " " +
         std::to_string(p.done) + "/" + std::to_string(p.total);
}

namespace {

JsonObject json_of(const StepProgress& p) {
  return {{"epoch", std::int64_t{p.epoch}},
          {"epochs", std::int64_t{p.epochs}},
          {"batch", std::int64_t{p.batch}},
          {"batches", std::int64_t{p.batches}},
          {"loss", p.loss},
          {"mse100", p.mse100},
          {"images_per_s", p.images_per_s},
          {"seconds_left", p.seconds_left}};
}

JsonObject json_of(const PhaseProgress& p) {
  return {{"what", p.what}, {"done", static_cast<std::int64_t>(p.done)}, {"total", static_cast<std::int64_t>(p.total)}};
}

JsonObject json_of(const EpochResult& r) {
  return {{"epoch", std::int64_t{r.epoch}},
          {"epochs", std::int64_t{r.epochs}},
          {"lr", r.lr},
          {"train_loss", r.train_loss},
          {"train_mse100", r.train_mse100},
          {"fit_mse100", r.fit_mse100},
          {"val_loss", r.val_loss},
          {"val_mse100", r.val_mse100},
          {"val_nme", r.val_nme},
          {"nme_by", r.nme_by},
          {"images_per_s", r.images_per_s},
          {"run_seconds", r.seconds},
          {"best", r.best}};
}

}  // namespace

TrainMonitor::TrainMonitor(bool quiet, const std::string& json_log)
    : quiet_(quiet), lines_(json_log == "-" ? stderr : stdout), live_(!quiet) {
  if (!json_log.empty()) json_.emplace(json_log);
}

void TrainMonitor::say(const std::string& line) {
  if (!quiet_) live_.print(line, lines_);
}

void TrainMonitor::start(const TrainOptions& options, const RunOptions& run) {
  live_.show("opening the data ...");
  std::string data;
  for (const std::string& d : options.data) data += (data.empty() ? "" : " ") + d;
  if (run.resume.empty()) {
    log("start", {{"version", std::string(kVersion)}, {"data", data}, {"model", options.model}});
  } else {
    log("start", {{"version", std::string(kVersion)}, {"resume", run.resume}});
  }
}

void TrainMonitor::log(const std::string& event, const JsonObject& values) {
  write_log([&] { json_->write(event, values); });
}

void TrainMonitor::log_sometimes(const std::string& event, const JsonObject& values) {
  write_log([&] { json_->write_sometimes(event, values); });
}

void TrainMonitor::write_log(const std::function<void()>& write) {
  if (!json_) return;
  try {
    write();
  } catch (const Error& e) {
    // Who reads the log may go away; the training is worth more.
    json_.reset();
    live_.print(std::string("note: ") + e.what() + " The training goes on without it.", stderr);
  }
}

TrainCallbacks TrainMonitor::callbacks() {
  TrainCallbacks c;
  c.stop = interrupted;
  c.notice = [this](const std::string& text) {
    live_.print("note: " + text, stderr);
    log("notice", {{"text", text}});
  };
  c.message = [this](const std::string& text) {
    say(text);
    log("message", {{"text", text}});
  };
  c.phase = [this](const PhaseProgress& p) {
    live_.show(live_text(p));
    log_sometimes("phase", json_of(p));
  };
  c.step = [this](const StepProgress& p) {
    live_.show(live_text(p));
    log_sometimes("step", json_of(p));
  };
  c.epoch = [this](const EpochResult& r) {
    const std::size_t columns = text_columns(lines_ == stdout ? 1 : 2);
    if (!header_shown_) {
      if (!r.nme_by.empty()) say("nme by " + r.nme_by + ", the " + normaliser_meaning(r.nme_by));
      say(epoch_header(r, columns));
    }
    header_shown_ = true;
    say(epoch_line(r, columns));
    log("epoch", json_of(r));
  };
  return c;
}

void TrainMonitor::finish(const TrainResult& r) {
  live_.clear();
  log("end", {{"run", r.run},
              {"model", r.model},
              {"epochs", std::int64_t{r.epochs}},
              {"best_epoch", std::int64_t{r.best_epoch}},
              {"train_mse100", r.train_mse100},
              {"val_mse100", r.val_mse100},
              {"val_nme", r.val_nme},
              {"nme_by", r.nme_by},
              {"interrupted", r.interrupted}});
  if (r.interrupted && r.model.empty()) {
    say(r.run.empty() ? "interrupted before the first step; nothing was written"
                      : "interrupted before the next step; go on with: fpcpu train --resume " + r.run);
    return;
  }
  if (r.run.empty()) {
    std::array<char, 120> text{};
    std::snprintf(text.data(), text.size(), "training works: mse100 %.2f after a few batches; nothing was written",
                  r.train_mse100);
    say(text.data());
    return;
  }
  if (!std::isnan(r.val_mse100)) {
    std::array<char, 120> text{};
    std::snprintf(text.data(), text.size(), "best epoch %d: mse100 %.2f, NME %s %% (%s)", r.best_epoch, r.val_mse100,
                  html::fixed(100 * r.val_nme, 2).c_str(), r.nme_by.c_str());
    say(text.data());
  }
  say("model   " + r.model);
  say("report  " + (std::filesystem::path(r.run) / "report.html").string());
  if (r.interrupted) say("interrupted; go on with: fpcpu train --resume " + r.run);
}

void TrainMonitor::fail(const Error& error) {
  live_.clear();
  log("error", {{"code", std::string(to_string(error.code()))}, {"text", std::string(error.what())}});
}

}  // namespace fpcpu::cli
