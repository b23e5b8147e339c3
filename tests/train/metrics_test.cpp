#include "train/metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>

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
