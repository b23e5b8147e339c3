// SPDX-License-Identifier: MIT
#include "data/inspect/inspect.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/rng.hpp"
#include "data/mirror.hpp"
#include "data/synth.hpp"
#include "image_files.hpp"
#include "judged_faces.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

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

  const auto somewhat = rendered(30);
  change(*somewhat, [](float& x, float& y, float, float) {
    x *= 1.5F;
    y *= 1.5F;
  });
  check(only(judge({somewhat})), "frame", Severity::refusal, {"lower right part", "copies about 1."});

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
  check(judge({exchanged}).front(), "frame", Severity::refusal, {"with x and y exchanged they lie inside"});
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
          {"gt.csv line 5, line 10, line 23: 3 points", "first x4,y4", "(" + number + "," + number + ")",
           "--missing " + number});
  }
  const auto one = rendered(40);
  one->x(5, 3) = one->y(5, 3) = 0;
  check(only(judge({one})), "missing", Severity::warning, {"gt.csv line 7: 1 point stands at exactly (0,0)"});

  const auto chins = rendered(40);
  for (const std::size_t i : {3U, 8U, 21U, 22U}) chins->y(i, 12) = static_cast<float>(chins->heights[i]) + 2;
  for (const Finding& f : judge({chins})) CHECK(f.id != "missing");
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

TEST_CASE("a slip of the hand is named with its column and what was expected; turned and small faces are none") {
  const auto faces = rendered(60);
  const float right = faces->x(7, 4);
  faces->x(7, 4) *= 10;
  check(only(judge({faces})), "outlier", Severity::warning,
        {"gt.csv line 9: x5 = ", "expected about", "from the other faces", "--accept outlier"});
  faces->point_names_.assign(14, "eye");
  faces->y(20, 11) -= 90;
  const Finding two = only(judge({faces}));
  check(two, "outlier", Severity::warning, {"x5 (eye)", "2 such points: gt.csv line 9, line 22"});
  CHECK(two.faces == std::vector<FaceRef>{{0, 7, 4}, {0, 20, 11}});
  faces->x(7, 4) = right;
  faces->y(20, 11) += 90;
  CHECK(judge({faces}).empty());

  // A tenth of a coordinate is no place for it, near by as it is.
  const float low = faces->x(9, 2);
  faces->x(9, 2) /= 10;
  check(only(judge({faces})), "outlier", Severity::warning, {"gt.csv line 11: x3 (eye) = "});
  faces->x(9, 2) = low;

  // One face whose points are in another order.
  std::reverse(faces->rows[3].xy.begin(), faces->rows[3].xy.end());
  check(only(judge({faces})), "order", Severity::warning, {"gt.csv line 5", "1 face do", "another order"});
}

TEST_CASE("faces on their sides, and sets whose points are in different orders, are refused") {
  const auto lying = rendered(40);
  for (std::size_t i = 0; i < lying->size(); ++i) {
    std::swap(lying->widths[i], lying->heights[i]);
    for (std::size_t k = 0; k < 14; ++k) std::swap(lying->x(i, k), lying->y(i, k));
  }
  check(only(judge({lying})), "order", Severity::refusal, {"lie on their sides", "--accept order"});

  const std::vector<std::size_t> mirror = {3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11};
  const auto exchange = [&](Landmarks& row) {
    const std::vector<float> xy = row.xy;
    for (std::size_t k = 0; k < 14; ++k) {
      row.xy[2 * k] = xy[2 * mirror[k]];
      row.xy[2 * k + 1] = xy[2 * mirror[k] + 1];
    }
  };
  const auto exchanged = rendered(50, 2);
  for (Landmarks& row : exchanged->rows) exchange(row);
  check(only(judge({rendered(200), exchanged})), "order", Severity::refusal,
        {"left and right are exchanged against faces", "point 1 lies where faces has point 4"});
  CHECK(judge({exchanged}).empty());

  const auto single = rendered(60);
  exchange(single->rows[4]);
  exchange(single->rows[30]);
  check(only(judge({single})), "order", Severity::warning,
        {"gt.csv line 6, line 32: 2 faces have left and right exchanged"});

  const auto backwards = rendered(50, 2);
  for (Landmarks& row : backwards->rows) {
    const std::vector<float> xy = row.xy;
    for (std::size_t k = 0; k < 14; ++k) {
      row.xy[2 * k] = xy[2 * (13 - k)];
      row.xy[2 * k + 1] = xy[2 * (13 - k) + 1];
    }
  }
  check(only(judge({rendered(200), backwards})), "order", Severity::refusal, {"another order"});
}

TEST_CASE("faces whose eyes lie below their mouths are refused where the points are known by number or by name") {
  const auto heads = rendered(40);
  change(*heads, [](float&, float& y, float, float h) { y = h - 1 - y; });
  check(only(judge({heads})), "order", Severity::refusal,
        {"stand on their heads", "y = height - 1 - y", "--accept order"});
  CHECK(judge({rendered(40), heads}).size() == 1);

  // Left eye, right eye, nose, mouth: only names tell which way up that is.
  const auto few = rendered(40);
  few->count = 5;
  for (Landmarks& row : few->rows) {
    std::vector<float> xy;
    for (const std::size_t k : {5U, 8U, 10U, 11U, 13U}) xy.insert(xy.end(), {row.xy[2 * k], row.xy[2 * k + 1]});
    row = {xy, {1, 1, 1, 1, 1}};
  }
  change(*few, [](float&, float& y, float, float h) { y = h - 1 - y; });
  CHECK(judge({few}).empty());
  few->point_names_ = {"left_eye", "right_eye", "nose", "mouth_left", "mouth_right"};
  check(only(judge({few})), "order", Severity::refusal, {"stand on their heads"});
  change(*few, [](float&, float& y, float, float h) { y = h - 1 - y; });
  CHECK(judge({few}).empty());
}

TEST_CASE("the same picture twice is named, with what is wrong with it") {
  const test::TemporaryFolder folder;
  const auto faces = rendered(20);
  for (std::size_t i = 0; i < 20; ++i) {
    // One size for all, so that the bytes have to tell.
    faces->files.push_back(
        test::put(folder / (std::to_string(i) + ".png"), std::string(100, static_cast<char>('a' + i))));
    faces->widths[i] = faces->widths[0];
    faces->heights[i] = faces->heights[0];
    faces->rows[i] = faces->rows[0];
    faces->rows[i].xy[5] += 0.01F * static_cast<float>(i);
  }
  CHECK(judge({faces}).empty());
  (void)test::put(faces->files[17], std::string(100, 'c'));
  check(only(judge({faces})), "doubles", Severity::warning, {"gt.csv line 4, line 19: the same picture; 1 picture"});
  faces->rows[17].xy[5] += 9;
  check(only(judge({faces})), "doubles", Severity::warning, {"1 with different points"});
  const auto others = std::make_shared<Faces>(*faces);
  others->files = {faces->files.begin(), faces->files.end()};
  others->files[0] = test::put(folder / "new.png", "new");
  const std::vector<JudgedSet> sets = {{"a", faces}, {"b", others, true}};
  check(only(inspect_quick(sets)), "doubles", Severity::warning, {"in training and validation"});
}

TEST_CASE("pictures that the camera turned are counted, and points given for the stored pixels are seen") {
  const auto faces = rendered(30);
  for (const std::size_t i : {4U, 9U}) faces->orientations[i] = 6;
  std::vector<JudgedSet> as_stored = {{"faces", faces}};
  as_stored[0].turned = false;
  check(only(judge({faces})), "exif", Severity::warning, {"gt.csv line 6, line 11: 2 of 30 images", "upright"});
  CHECK(!contains(only(judge({faces})).text, "say --exif ignore"));
  check(only(inspect_quick(as_stored)), "exif", Severity::warning, {"leave --exif ignore out"});
  for (const std::size_t i : {4U, 9U}) {
    // Points of the picture that lies on its side.
    for (std::size_t k = 0; k < 14; ++k) {
      const float x = faces->x(i, k);
      faces->x(i, k) = faces->y(i, k);
      faces->y(i, k) = static_cast<float>(faces->widths[i]) - 1 - x;
    }
  }
  check(only(judge({faces})), "exif", Severity::warning, {"say --exif ignore"});
  CHECK(!contains(only(inspect_quick(as_stored)).text, "leave --exif ignore out"));
}

TEST_CASE("points given for the stored pixels are seen in each of the seven orientations") {
  for (const int orientation : {2, 3, 4, 5, 6, 7, 8}) {
    CAPTURE(orientation);
    const auto faces = rendered(40);
    for (const std::size_t i : {4U, 9U, 20U}) {
      faces->orientations[i] = orientation;
      const auto w = static_cast<float>(faces->widths[i] - 1);
      const auto h = static_cast<float>(faces->heights[i] - 1);
      for (std::size_t k = 0; k < 14; ++k) {
        float& x = faces->x(i, k);
        float& y = faces->y(i, k);
        if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) x = w - x;
        if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) y = h - y;
        if (orientation >= 5) std::swap(x, y);
      }
    }
    const std::vector<Finding> findings = judge({faces});
    const auto exif = std::find_if(findings.begin(), findings.end(), [](const Finding& f) { return f.id == "exif"; });
    REQUIRE(exif != findings.end());
    CHECK(contains(exif->text, "say --exif ignore"));
  }
}

TEST_CASE("images that cannot be read are all named by the whole inspection") {
  const test::TemporaryFolder folder;
  write_synth_folder(folder / "faces", 12, 1, 40);
  const DatasetPtr data = open_dataset((folder / "faces").string());
  for (const std::size_t i : {2U, 5U}) {
    std::filesystem::resize_file(data->file(i), std::filesystem::file_size(data->file(i)) / 2);
  }
  const std::vector<JudgedSet> sets = {{"faces", data}};
  const std::vector<Finding> findings = inspect_all(sets);
  check(findings.front(), "image", Severity::refusal, {"line 4", "2 images cannot be read", "line 7"});
  CHECK(findings.back().id == "mirror");
}
