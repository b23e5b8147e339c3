#include "data/inspect/inspect.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/rng.hpp"
#include "data/mirror.hpp"
#include "judged_faces.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::contains;
using test::Faces;
using test::judge;
using test::message_of;
using test::rendered;

namespace {

/// The one finding there is to be.
Finding only(const std::vector<Finding>& findings) {
  for (const Finding& f : findings) INFO(f.text);
  REQUIRE(findings.size() == 1);
  return findings.front();
}

void check(const Finding& f, const std::string& id, Severity severity, const std::vector<std::string>& parts) {
  CHECK(f.id == id);
  CHECK(f.severity == severity);
  for (const std::string& part : parts) CHECK_MESSAGE(contains(f.text, part), f.text);
}

/// Every coordinate of every face by a rule.
template <class Rule>
void change(Faces& faces, const Rule& rule) {
  for (std::size_t i = 0; i < faces.size(); ++i) {
    for (std::size_t k = 0; k < faces.rows[i].visible.size(); ++k) {
      rule(faces.x(i, k), faces.y(i, k), static_cast<float>(faces.widths[i]), static_cast<float>(faces.heights[i]));
    }
  }
}

/// The faces as they are in images of many sizes, enlarged by 1 to `largest`.
void vary_sizes(Faces& faces, double largest) {
  Rng rng(7, RandomUse::split);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const double s = 1 + (largest - 1) * static_cast<double>(rng.uniform());
    faces.widths[i] = static_cast<int>(std::lround(s * faces.widths[i]));
    faces.heights[i] = static_cast<int>(std::lround(s * faces.heights[i]));
    for (float& v : faces.rows[i].xy) v *= static_cast<float>(s);
  }
}

}  // namespace

TEST_CASE("good faces give no findings, few or many, in images of one size or of many") {
  for (const std::size_t n : {std::size_t{5}, std::size_t{60}, std::size_t{500}}) {
    for (int seed = 1; seed <= 6; ++seed) {
      const auto faces = rendered(n, seed);
      for (const Finding& f : judge({faces})) CHECK_MESSAGE(false, f.text);
      vary_sizes(*faces, 6);
      for (const Finding& f : judge({faces})) CHECK_MESSAGE(false, f.text);
    }
  }
}

TEST_CASE("parts of the image and percent are no pixels") {
  const auto parts = rendered(20);
  change(*parts, [](float& x, float& y, float w, float h) {
    x /= w;
    y /= h;
  });
  check(only(judge({parts})), "unit", Severity::refusal,
        {"gt.csv line 2", "within 0.", "pixels are expected", "Multiply x by the width", "--accept unit"});

  const auto middle = rendered(20);
  change(*middle, [](float& x, float& y, float w, float h) {
    x = 2 * x / w - 1;
    y = 2 * y / h - 1;
  });
  check(only(judge({middle})), "unit", Severity::refusal, {"within -0."});

  const auto some = rendered(20);
  for (std::size_t i = 4; i < 7; ++i) {
    for (float& v : some->rows[i].xy) v /= 200;
  }
  check(only(judge({some})), "unit", Severity::refusal, {"gt.csv line 6, line 7, line 8:", "3 faces"});

  for (const double largest : {1.0, 6.0}) {
    const auto percent = rendered(40);
    vary_sizes(*percent, largest);
    change(*percent, [](float& x, float& y, float w, float h) {
      x *= 100 / w;
      y *= 100 / h;
    });
    for (int& w : percent->widths) w *= 2;
    for (int& h : percent->heights) h *= 2;
    check(only(judge({percent})), "unit", Severity::refusal, {"as percent of the image", "divide by 100"});
  }
}

TEST_CASE("points of a larger, a smaller or an equally large copy are named") {
  const auto larger = rendered(30);
  change(*larger, [](float& x, float& y, float, float) {
    x *= 3;
    y *= 3;
  });
  check(only(judge({larger})), "frame", Severity::refusal, {"outside of the image", "they fit a copy about 2."});

  const auto smaller = rendered(30);
  change(*smaller, [](float& x, float& y, float, float) {
    x /= 2;
    y /= 2;
  });
  check(only(judge({smaller})), "frame", Severity::refusal, {"upper left part", "copies about 2."});

  const auto fixed = rendered(60);
  vary_sizes(*fixed, 6);
  change(*fixed, [](float& x, float& y, float w, float h) {
    x *= 256 / w;
    y *= 256 / h;
  });
  check(only(judge({fixed})), "frame", Severity::refusal, {"although the images differ in size", "copies of one size"});

  const auto exchanged = rendered(30);
  for (std::size_t i = 0; i < exchanged->size(); ++i) {
    exchanged->heights[i] *= 4;
    for (std::size_t k = 0; k < 14; ++k) exchanged->y(i, k) *= 4;
    for (std::size_t k = 0; k < 14; ++k) std::swap(exchanged->x(i, k), exchanged->y(i, k));
  }
  check(only(judge({exchanged})), "frame", Severity::refusal, {"with x and y exchanged they lie inside"});
}

TEST_CASE("few faces outside of their images are a warning, as points of a part of the face in a corner are none") {
  const auto one = rendered(30);
  for (float& v : one->rows[11].xy) v += 5000;
  check(only(judge({one})), "frame", Severity::warning, {"gt.csv line 13: most points of 1 face lie outside"});

  // One eye, where a copy half as large would have its face.
  const auto eye = rendered(60);
  eye->count = 3;
  for (std::size_t i = 0; i < eye->size(); ++i) {
    const std::vector<float> xy(eye->rows[i].xy.begin() + 8, eye->rows[i].xy.begin() + 14);
    eye->rows[i] = {xy, {1, 1, 1}};
  }
  CHECK(judge({eye}).empty());
}

TEST_CASE("marks of missing points are named with what they are, chins below the picture are not") {
  for (const float mark : {0.0F, -1.0F, -999.0F}) {
    const auto faces = rendered(40);
    for (const std::size_t i : {3U, 8U, 21U}) {
      faces->x(i, i % 14) = faces->y(i, i % 14) = mark;
    }
    const std::string number = std::to_string(static_cast<int>(mark));
    check(only(judge({faces})), "missing", Severity::refusal,
          {"gt.csv line 5, line 10, line 23: 3 points", "(" + number + "," + number + ")", "--missing " + number});
  }
  const auto one = rendered(40);
  one->x(5, 3) = one->y(5, 3) = 0;
  check(only(judge({one})), "missing", Severity::warning, {"gt.csv line 7: 1 point stands at exactly (0,0)"});

  const auto chins = rendered(40);
  for (const std::size_t i : {3U, 8U, 21U, 22U}) chins->y(i, 12) = static_cast<float>(chins->heights[i]) + 2;
  CHECK(judge({chins}).empty());
}

TEST_CASE("a point that no image shows is named, by its name too, and left out of the mirror table") {
  const auto faces = rendered(40);
  for (Landmarks& row : faces->rows) row.visible[10] = 0;
  check(only(judge({faces})), "point", Severity::warning, {"point 11 is visible in no image"});
  const MirrorChoice choice = choose_mirror(*faces, "");
  CHECK(choice.remark.empty());
  CHECK(choice.mirror == std::vector<int>{3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11});
  for (Landmarks& row : faces->rows) row.visible[4] = 0;
  faces->point_names_.assign(14, "p");
  faces->point_names_[4] = "outer";
  check(only(judge({faces})), "point", Severity::warning, {"points 5 (outer), 11 (p) are visible"});
}

TEST_CASE("every set is judged by itself, and what is accepted is said and goes on") {
  const auto parts = rendered(20);
  change(*parts, [](float& x, float& y, float w, float h) {
    x /= w;
    y /= h;
  });
  const std::vector<Finding> findings = judge({rendered(200), parts});
  CHECK(only(findings).faces.front().set == 1);
  CHECK(contains(message_of(ErrorCode::format, [&] { refuse(findings); }), "--accept unit"));
  const std::vector<std::string> ids = parse_accept("frame, unit");
  const std::vector<Finding> after = accepted(findings, ids);
  CHECK(after.front().severity == Severity::warning);
  CHECK(contains(after.front().text, "accepted: "));
  refuse(after);
  CHECK(accepted(after, ids).front().severity == Severity::note);
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)parse_accept("unit,frme"); }), "Did you mean 'frame'?"));
}
