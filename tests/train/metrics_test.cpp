// SPDX-License-Identifier: MIT
#include "train/metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>

#include "fpcpu/error.hpp"
#include "support/messages.hpp"

using namespace fpcpu;

namespace {

/// Faces without pixels: what metrics need.
class Points final : public Dataset {
 public:
  explicit Points(int points) : points_(points) {}
  void add(int width, int height, std::vector<float> xy, std::vector<float> visible = {}) {
    if (visible.empty()) visible.assign(xy.size() / 2, 1.0F);
    rows_.push_back({std::move(xy), std::move(visible)});
    sizes_.emplace_back(width, height);
  }
  std::size_t size() const noexcept override { return rows_.size(); }
  int points() const noexcept override { return points_; }
  const std::string& name(std::size_t) const override { return name_; }
  int width(std::size_t i) const override { return sizes_[i].first; }
  int height(std::size_t i) const override { return sizes_[i].second; }
  const Landmarks& landmarks(std::size_t i) const override { return rows_[i]; }
  Image image(std::size_t) const override { return {}; }

 private:
  int points_;
  std::string name_ = "face";
  std::vector<Landmarks> rows_;
  std::vector<std::pair<int, int>> sizes_;
};

}  // namespace

TEST_CASE("mse100 scales x by the width and y by the height, then averages coordinates, then images") {
  Points data(2);
  data.add(50, 200, {10, 10, 20, 20});
  data.add(100, 100, {10, 10, 20, 20});
  // Image 1: dx 1 px = 2 %, dy 4 px = 2 %, second point exact: (4 + 4) / 4 = 2. Image 2 is exact.
  const Metrics m = compute_metrics(data, std::vector<float>{11, 14, 20, 20, 10, 10, 20, 20});
  CHECK(m.images == 2);
  CHECK(m.mse100 == doctest::Approx(1.0));
  CHECK(m.rmse100 == doctest::Approx(1.0));
  CHECK(m.per_image[0].mse100 == doctest::Approx(2.0));
  CHECK(m.per_point[0] == doctest::Approx(2.0));
  CHECK(m.per_point[1] == doctest::Approx(0.0));
}

TEST_CASE("14 points: NME by the distance of the outer eye corners; others by the diagonal") {
  Points eyes(14);
  std::vector<float> truth(28, 0.0F);
  truth[2 * 9] = 30;  // points 5 and 10 are 50 apart
  truth[2 * 9 + 1] = 40;
  eyes.add(100, 100, truth);
  std::vector<float> found = truth;
  for (float& v : found) v += 3;  // every point 3*sqrt(2) off
  CHECK(compute_metrics(eyes, found).nme == doctest::Approx(3 * std::sqrt(2.0) / 50));

  Points two(2);
  two.add(100, 100, {0, 0, 6, 8});
  CHECK(compute_metrics(two, std::vector<float>{0, 1, 6, 8}).nme == doctest::Approx(0.5 / 10));
}

namespace {

/// One face whose point k (counted from 0) lies at (x, y), all others at (50, 50), and predictions 1 px off in x.
double length_by(const std::string& nme, int points,
                 const std::vector<std::pair<int, std::pair<float, float>>>& marks) {
  Points data(points);
  std::vector<float> truth(static_cast<std::size_t>(2 * points), 50.0F);
  for (const auto& [k, xy] : marks) {
    truth[static_cast<std::size_t>(2 * k)] = xy.first;
    truth[static_cast<std::size_t>(2 * k + 1)] = xy.second;
  }
  data.add(100, 100, truth);
  for (std::size_t k = 0; k < truth.size(); k += 2) truth[k] += 1;
  return 1 / compute_metrics(data, truth, nme).nme;
}

}  // namespace

TEST_CASE("NME divides by what is asked for, at the places that each layout has") {
  // Wrong points would give a length of 50 or 0 here.
  CHECK(length_by("auto", 14, {{4, {10, 20}}, {9, {40, 60}}}) == doctest::Approx(50));
  CHECK(length_by("inter-pupil", 14, {{5, {10, 20}}, {8, {40, 60}}}) == doctest::Approx(50));
  CHECK(length_by("inter-ocular", 68, {{36, {20, 30}}, {45, {80, 30}}}) == doctest::Approx(60));
  CHECK(length_by("auto", 98, {{60, {20, 30}}, {72, {80, 30}}}) == doctest::Approx(60));
  CHECK(length_by("inter-pupil", 98, {{96, {30, 30}}, {97, {70, 30}}}) == doctest::Approx(40));
  // The mean of six points each: one of them 60 further left moves the middle by 10.
  CHECK(length_by("inter-pupil", 68, {{36, {-10, 50}}}) == doctest::Approx(10));
  CHECK(length_by("inter-pupil", 68, {{47, {110, 50}}}) == doctest::Approx(10));
  CHECK(length_by("auto", 5, {{0, {20, 10}}}) == doctest::Approx(50));
  CHECK(length_by("diagonal", 68, {{0, {20, 10}}}) == doctest::Approx(50));
  CHECK(length_by("box", 14, {{0, {34, 14}}}) == doctest::Approx(24));
  CHECK(length_by("2-5", 5, {{1, {20, 10}}}) == doctest::Approx(50));

  Points five(5);
  five.add(10, 10, std::vector<float>(10, 1.0F));
  const std::vector<float> found(10, 2.0F);
  CHECK(compute_metrics(five, found).nme_by == "diagonal");
  for (const char* wrong : {"inter-ocular", "inter-pupil", "boxes", "1-1", "0-3", "2-6", "eyes", ""}) {
    CAPTURE(wrong);
    test::message_of(ErrorCode::usage, [&] { (void)compute_metrics(five, found, wrong); });
  }
}

TEST_CASE("a face without a length has no NME and spoils none") {
  Points data(14);
  std::vector<float> truth(28, 0.0F);
  truth[2 * 9] = 10;
  std::vector<float> found = truth;
  found[0] = 14;
  data.add(100, 100, truth);
  std::vector<float> visible(14, 1.0F);
  visible[4] = 0;
  data.add(100, 100, truth, visible);                // a corner is hidden
  data.add(100, 100, std::vector<float>(28, 7.0F));  // both at one place
  std::vector<float> all;
  for (int i = 0; i < 3; ++i) all.insert(all.end(), found.begin(), found.end());
  const Metrics m = compute_metrics(data, all);
  CHECK(m.images == 3);
  CHECK(m.nme_images == 1);
  CHECK(m.nme == doctest::Approx(0.1));
  CHECK(std::isnan(m.per_image[1].nme));
  CHECK(std::isnan(m.per_image[2].nme));
  CHECK(std::isfinite(m.mse100));
}

TEST_CASE("parts of all images are at most 1") {
  for (const int images : {3, 10, 49, 1000}) {
    Points data(2);
    std::vector<float> wrong;
    std::vector<float> exact;
    for (int i = 0; i < images; ++i) {
      data.add(100, 100, {0, 0, 3, 4});
      wrong.insert(wrong.end(), {50, 50, 50, 50});
      exact.insert(exact.end(), {0, 0, 3, 4});
    }
    CHECK(compute_metrics(data, wrong).fr08 == 1.0);
    CHECK(compute_metrics(data, exact).auc08 == 1.0);
  }
}

TEST_CASE("AUC, failure rate and percentiles") {
  Points data(2);
  std::vector<float> found;
  for (const float error : {0.0F, 0.4F, 1.5F, 2.0F}) {  // NME 0, 0.02, 0.075, 0.1
    data.add(100, 100, {0, 0, 12, 16});
    found.insert(found.end(), {error, 0, 12 + error, 16});
  }
  const Metrics m = compute_metrics(data, found);
  CHECK(m.nme == doctest::Approx(0.04875));
  CHECK(m.auc08 == doctest::Approx((1 + 0.75 + 0.0625 + 0) / 4).epsilon(1e-6));
  CHECK(m.fr08 == doctest::Approx(0.25));
  CHECK(m.median == doctest::Approx(0.0475));
}

TEST_CASE("points that are not visible do not count") {
  Points data(2);
  data.add(100, 100, {10, 10, 0, 0}, {1, 0});
  data.add(100, 100, {0, 0, 0, 0}, {0, 0});
  const Metrics m = compute_metrics(data, std::vector<float>{12, 10, 99, 99, 50, 50, 50, 50});
  CHECK(m.images == 1);
  CHECK(m.mse100 == doctest::Approx(2.0));
  CHECK(std::isnan(m.per_point[1]));
  CHECK(std::isnan(m.per_image[1].mse100));
}
