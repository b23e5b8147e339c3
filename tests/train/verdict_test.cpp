// SPDX-License-Identifier: MIT
// A training that came to nothing is told so, and one that did not is not.
#include "train/verdict.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "core/file.hpp"
#include "data/synth.hpp"
#include "fpcpu/fpcpu.hpp"
#include "support/into.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::into;

namespace {

EpochRow row(int epoch, double loss, double train_mse100, double fit_mse100) {
  EpochRow r;
  r.epoch = epoch;
  r.step = 100 * epoch;
  r.train_loss = loss;
  r.train_mse100 = train_mse100;
  r.fit_mse100 = fit_mse100;
  return r;
}

Verdict verdict(const std::vector<EpochRow>& rows, double best, std::size_t images = 1000, double untrained = 25) {
  Course c;
  c.rows = rows;
  c.train_images = images;
  c.best_epoch = 2;
  c.best_mse100 = best;
  c.mean_shape_mse100 = 25;
  c.untrained_mse100 = [untrained] { return untrained; };
  return judge_course(c);
}

}  // namespace

TEST_CASE("the mean shape's error is measured on the images it is answered for") {
  // Two faces of one point, 10 px left and right of the middle of images of 100 px.
  class Two final : public Dataset {
   public:
    std::size_t size() const noexcept override { return 2; }
    int points() const noexcept override { return 1; }
    const std::string& name(std::size_t) const override { return name_; }
    int width(std::size_t) const override { return 100; }
    int height(std::size_t) const override { return 50; }
    const Landmarks& landmarks(std::size_t i) const override { return marks_[i]; }
    Image image(std::size_t) const override { return {}; }

   private:
    std::string name_ = "a";
    std::vector<Landmarks> marks_ = {{{39.5F, 24.5F}, {1}}, {{59.5F, 24.5F}, {1}}};
  };
  CHECK(mean_shape_mse100(Two(), {0, 0}) == doctest::Approx(50));
  CHECK(mean_shape_mse100(Two(), {0.1F, 0}) == doctest::Approx(100));
}

TEST_CASE(
    "figures that mean divergence, labels that do not fit, nothing learnt, too early to tell, and nothing wrong") {
  const EpochRow first = row(1, 2.0, 60, 20);
  CHECK(verdict({first, row(2, 1.0, 20, 5)}, 8).text.empty());
  // Worse by little, or by few images, is noise.
  CHECK(verdict({first, row(2, 2.1, 60, 5)}, 8).text.empty());
  CHECK(verdict({first, row(2, 2.9, 60, 5)}, 8, 10).text.empty());
  const Verdict late = verdict({first, row(2, 1.0, 20, 5), row(3, 9.0, 90, 60)}, 8);
  CHECK(late.diverged);
  CHECK(contains(late.text, "its last loss (9) is above that of epoch 1 (2)"));
  CHECK(contains(late.text, "The model is that of epoch 2, mse100 8.00"));

  const Verdict nothing = verdict({first, row(2, 1.9, 55, 24)}, 24.8);
  CHECK(!nothing.diverged);
  CHECK(!nothing.early);
  CHECK(contains(nothing.text, "(24.8) is no better than always answering the mean shape (25.0)"));
  CHECK(verdict({row(1, 2.0, 60, 24)}, 24.8).early == false);
  EpochRow soon = first;
  soon.step = 20;
  CHECK(verdict({soon}, 60, 1000).early);
  CHECK(!verdict({soon}, 60, 1000).diverged);

  const Verdict far = verdict({first, row(2, 1.9, 1e8, 1e8)}, 1e9);
  CHECK(far.diverged);
  CHECK(contains(far.text, "no better than always answering the mean shape (25.0)"));
  // Batch norm that has not settled, and a start elsewhere than at the mean shape, are no divergence.
  CHECK(!verdict({first, row(2, 1.9, 40, 400)}, 300).diverged);
  CHECK(!verdict({first, row(2, 1.9, 90, 90)}, 90, 1000, 200).diverged);
  const Verdict other = verdict({first, row(2, 0.5, 10, 4)}, 200);
  CHECK(other.diverged);
  CHECK(contains(other.text, "the training faces were learnt"));
}

TEST_CASE("a diverged training says so, in its report too, and keeps the better model of an earlier epoch") {
  const test::TemporaryFolder folder;
  TrainOptions options;
  options.data = {"synth:200:3"};
  options.input_size = 32;
  options.batch = 8;
  options.epochs = 6;
  options.augment = "none";
  options.schedule = "constant";
  options.warmup = 0;
  options.optimizer = "adam";
  options.ema = 0;
  options.lr = 3;
  const TrainResult r = train(options, into(folder / "run"));
  CHECK_MESSAGE(r.diverged, r.finding);
  CHECK(contains(r.finding, "diverged"));
  CHECK(std::filesystem::exists(r.model));
  CHECK(contains(read_file(folder / "run/log.txt"), r.finding));
  const std::string page = read_file(folder / "run/report.html");
  CHECK(contains(page, "The training diverged"));
  CHECK(contains(page, "remark warning"));
}

TEST_CASE(
    "labels that belong to other images are told by the mean shape; short trainings of good labels are not blamed") {
  const test::TemporaryFolder folder;
  write_synth_folder(folder / "faces", 160, 3, 48);
  const auto faces = open_dataset((folder / "faces").string());
  // Every image with the points of the next but one.
  class Shuffled final : public Dataset {
   public:
    explicit Shuffled(DatasetPtr base) : base_(std::move(base)) {}
    std::size_t size() const noexcept override { return base_->size(); }
    int points() const noexcept override { return base_->points(); }
    const std::string& name(std::size_t i) const override { return base_->name(i); }
    int width(std::size_t i) const override { return base_->width(i); }
    int height(std::size_t i) const override { return base_->height(i); }
    const Landmarks& landmarks(std::size_t i) const override { return base_->landmarks((i + 57) % size()); }
    Image image(std::size_t i) const override { return base_->image(i); }

   private:
    DatasetPtr base_;
  };
  TrainOptions options;
  options.input_size = 32;
  options.batch = 8;
  options.epochs = 8;
  options.val_split = 0.3;
  options.seed = 3;
  std::string notices;
  TrainCallbacks callbacks;
  callbacks.notice = [&](const std::string& text) { notices += text; };
  const TrainResult r = train(std::make_shared<Shuffled>(faces), options, into(folder / "shuffled"), callbacks);
  CHECK(!r.diverged);
  CHECK_MESSAGE(contains(notices, "no better than always answering the mean shape"), r.val_mse100);
  CHECK(contains(read_file(folder / "shuffled/report.html"), "no better than always answering the mean shape"));

  options.seed = 1;
  notices.clear();
  for (const char* model : {"small", "bn"}) {
    options.model = model;
    options.epochs = 1;
    options.ema = 0;
    const TrainResult short_run = train(faces, options, into(folder / model), callbacks);
    CHECK_MESSAGE(!short_run.diverged, model, ": ", short_run.finding);
  }
  CHECK_MESSAGE(notices.empty(), notices);
}
