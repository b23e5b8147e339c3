// SPDX-License-Identifier: MIT
#include "data/mirror.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/rng.hpp"
#include "data/assignment.hpp"
#include "fpcpu/dataset.hpp"
#include "judged_faces.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;

namespace {

/// A nearly symmetric shape whose pairs are known: the order of the points is shuffled.
struct Known {
  std::vector<float> shape;
  std::vector<int> mirror;
};

Known symmetric_shape(int points, int on_axis, std::uint64_t seed) {
  Rng rng(seed, RandomUse::split);
  std::vector<std::array<float, 2>> at;
  std::vector<int> pair;
  for (int k = 0; k < on_axis; ++k) {
    at.push_back({0.02F, -0.3F + 0.6F * static_cast<float>(k) / static_cast<float>(on_axis)});
    pair.push_back(k);
  }
  while (static_cast<int>(at.size()) + 1 < points) {
    const auto k = static_cast<int>(at.size());
    const float angle = 3.0F * static_cast<float>(k) / static_cast<float>(points);
    const float x = 0.1F + 0.3F * std::sin(angle), y = -0.35F * std::cos(angle);
    at.push_back({0.02F - x, y});
    at.push_back({0.02F + x + rng.uniform(-0.004F, 0.004F), y + rng.uniform(-0.004F, 0.004F)});
    pair.push_back(k + 1);
    pair.push_back(k);
  }
  std::vector<int> order(at.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[rng.below(static_cast<std::uint32_t>(i))]);
  Known known;
  known.shape.resize(2 * at.size());
  known.mirror.resize(at.size());
  for (std::size_t k = 0; k < at.size(); ++k) {
    const auto to = static_cast<std::size_t>(order[k]);
    known.shape[2 * to] = at[k][0];
    known.shape[2 * to + 1] = at[k][1];
    known.mirror[to] = order[static_cast<std::size_t>(pair[k])];
  }
  return known;
}

}  // namespace

TEST_CASE("the mirror table is found for the common numbers of points") {
  for (const auto& [points, on_axis] :
       {std::pair{5, 1}, std::pair{14, 2}, std::pair{29, 5}, std::pair{68, 10}, std::pair{98, 8}}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Known known = symmetric_shape(points, on_axis, seed);
      REQUIRE(known.mirror.size() == static_cast<std::size_t>(points));
      CHECK(derive_mirror(known.shape) == known.mirror);
    }
  }
}

TEST_CASE("the 14 points of the format") {
  const DatasetPtr faces = open_dataset("synth:60:3");
  CHECK(derive_mirror(mean_shape(*faces)) == std::vector<int>{3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11});
}

TEST_CASE("a lopsided shape has no mirror table") {
  CHECK(contains(message_of(ErrorCode::format,
                            [] {
                              (void)derive_mirror(std::vector<float>{0, 0, 0.3F, 0.1F, 0.5F, 0.45F});
                            }),
                 "--mirror"));
}

TEST_CASE("points of one side of the face are not mirrored, wherever they are") {
  // Outer corner, centre and inner corner of the left eye; the same eye in the middle would do.
  for (const float offset : {-0.17F, 0.17F, 0.0F}) {
    const std::vector<float> eye = {offset - 0.06F, 0, offset, -0.01F, offset + 0.06F, 0};
    if (offset == 0) {
      CHECK(derive_mirror(eye) == std::vector<int>{2, 1, 0});
    } else {
      CHECK(contains(message_of(ErrorCode::format, [&] { (void)derive_mirror(eye); }), "one side"));
    }
  }
  // A corner of the mouth and its middle.
  CHECK(contains(message_of(ErrorCode::format,
                            [] {
                              (void)derive_mirror(std::vector<float>{-0.12F, 0.2F, 0, 0.2F});
                            }),
                 "one side"));
  // The left half of a face, from brow to mouth.
  CHECK(!message_of(ErrorCode::format, [] {
           (void)derive_mirror(std::vector<float>{-0.25F, -0.2F, -0.2F, -0.1F, -0.1F, 0.2F});
         }).empty());
}

TEST_CASE("no table is proposed for points of one side, where none is right") {
  auto corner = test::rendered(30, 3);
  corner->count = 1;
  for (Landmarks& row : corner->rows) row = {{row.xy[22], row.xy[23]}, {1}};
  const MirrorChoice choice = choose_mirror(*corner, "");
  CHECK(choice.mirror.empty());
  CHECK(contains(choice.remark, "one side"));
  CHECK(!contains(choice.remark, "--mirror \""));
}

TEST_CASE("a face that lies on its side has no mirror table") {
  const DatasetPtr faces = open_dataset("synth:60:3");
  std::vector<float> shape = mean_shape(*faces);
  for (std::size_t k = 0; k < shape.size(); k += 2) std::swap(shape[k], shape[k + 1]);
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)derive_mirror(shape); }),
                 "--mirror \"1,0,3,2,5,4,7,6,9,8,11,10,13,12\""));
}

TEST_CASE("names tell which points swap") {
  using Names = std::vector<std::string>;
  CHECK(mirror_by_names(Names{"left_eye", "right_eye", "nose", "mouth_l", "mouth_r"}) ==
        std::vector<int>{1, 0, 2, 4, 3});
  CHECK(mirror_by_names(Names{"EyeLeft", "EyeRight", "lefteyebrow", "righteyebrow"}) == std::vector<int>{1, 0, 3, 2});
  CHECK(mirror_by_names(Names{"eye (left)", "eye (right)", "L brow", "R brow"}) == std::vector<int>{1, 0, 3, 2});
  CHECK(mirror_by_names(Names{"LeftEyeLeftCorner", "LeftEyeRightCorner", "RightEyeLeftCorner",
                              "RightEyeRightCorner"}) == std::vector<int>{3, 2, 1, 0});
  CHECK(mirror_by_names(Names{"left_eye", "nose"}) == std::vector<int>{kUnknownPartner, 1});
  CHECK(mirror_by_names(Names{"bright", "nose"}).empty());
  CHECK(mirror_by_names(Names{"1", "2"}).empty());
  CHECK(mirror_by_names(Names{}).empty());
}

TEST_CASE("the table comes from --mirror, else from names, else from the shape") {
  const std::vector<int> right = {3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11};
  const auto faces = test::rendered(60, 3);
  CHECK(choose_mirror(*faces, "").mirror == right);
  CHECK(choose_mirror(*faces, mirror_text(right)).remark.empty());
  faces->x(2, 4) += 9000;  // a slip of the hand moves the mean, not the table
  CHECK(choose_mirror(*faces, "").mirror == right);
  faces->x(2, 4) -= 9000;
  const MirrorChoice wrong = choose_mirror(*faces, "0,1,2,3,4,5,6,7,8,9,10,11,12,13");
  CHECK(wrong.mirror.front() == 0);
  CHECK(contains(wrong.remark, "does not fit these points: their mean shape says --mirror \"" + mirror_text(right)));

  // One eye in the middle of its pictures has a table by shape; its names know better.
  faces->count = 3;
  for (Landmarks& row : faces->rows) row = {{40, 50, 50, 49, 60, 50}, {1, 1, 1}};
  faces->widths.assign(60, 101);
  faces->heights.assign(60, 101);
  CHECK(choose_mirror(*faces, "").mirror == std::vector<int>{2, 1, 0});
  faces->point_names_ = {"left_eye_outer", "left_eye", "left_eye_inner"};
  const MirrorChoice one_sided = choose_mirror(*faces, "");
  CHECK(one_sided.mirror.empty());
  CHECK(contains(one_sided.remark, "'left_eye_outer' has no partner"));
  // Names also mirror what lies off the middle.
  for (Landmarks& row : faces->rows) row = {{5, 50, 15, 49, 25, 50}, {1, 1, 1}};
  CHECK(contains(choose_mirror(*faces, "").remark, "no partner"));
  faces->point_names_ = {"left_eye", "nose", "right_eye"};
  CHECK(choose_mirror(*faces, "").mirror == std::vector<int>{2, 1, 0});
}

TEST_CASE("the assignment is optimal") {
  Rng rng(5, RandomUse::split);
  for (int trial = 0; trial < 20; ++trial) {
    const int n = 6;
    std::vector<double> cost;
    for (int i = 0; i < n * n; ++i) cost.push_back(rng.uniform());
    const auto total = [&](const std::vector<int>& p) {
      double sum = 0;
      for (int i = 0; i < n; ++i) sum += cost[static_cast<std::size_t>(i * n + p[static_cast<std::size_t>(i)])];
      return sum;
    };
    std::vector<int> p(n);
    std::iota(p.begin(), p.end(), 0);
    double least = total(p);
    while (std::next_permutation(p.begin(), p.end())) least = std::min(least, total(p));
    CHECK(total(best_assignment(cost, n)) == doctest::Approx(least));
  }
}

TEST_CASE("tables given by hand") {
  CHECK(parse_mirror("3,2,1,0", 4) == std::vector<int>{3, 2, 1, 0});
  CHECK(parse_mirror(" 0 , 2,1 ", 3) == std::vector<int>{0, 2, 1});
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)parse_mirror("1,2,0", 3); }),
                 "the mirror table '1,2,0' does not undo itself"));
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)parse_mirror("1,0", 3); }),
                 "has 2 numbers, expected one for each of the 3 points"));
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)parse_mirror("1,0,3", 3); }), "does not undo itself"));
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)parse_mirror("2,1,3", 3); }),
                 "counts from 1; subtract 1: --mirror \"1,0,2\""));
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)parse_mirror("1,a,3", 3); }), "not a list of numbers"));
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)parse_mirror("", 3); }), "not a list of numbers"));
}
