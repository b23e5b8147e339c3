// SPDX-License-Identifier: MIT
#include "data/synth.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/synth/head.hpp"
#include "data/synth/shadow.hpp"
#include "data/synth/view.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;
using test::TemporaryFolder;

TEST_CASE("a face is a function of seed, index and size alone") {
  const DatasetPtr a = make_synth_dataset(20, 7);
  const DatasetPtr b = make_synth_dataset(12, 7);
  const DatasetPtr c = make_synth_dataset(12, 8);
  CHECK(a->image(11).pixels == b->image(11).pixels);
  CHECK(a->landmarks(11).xy == b->landmarks(11).xy);
  CHECK(b->landmarks(11).xy != c->landmarks(11).xy);
  const DatasetPtr small = make_synth_dataset(12, 7, 50);
  const DatasetPtr large = make_synth_dataset(12, 7, 200);
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(large->width(i) == 200);
    for (std::size_t j = 0; j < 28; ++j) {
      CHECK((large->landmarks(i).xy[j] + 0.5) / 4 == doctest::Approx(small->landmarks(i).xy[j] + 0.5).epsilon(1e-4));
    }
  }
}

TEST_CASE("faces are of several sizes, some gray, all with contrast, points in order and inside") {
  const DatasetPtr faces = make_synth_dataset(70, 3);
  std::set<int> sizes;
  int gray = 0;
  int cut = 0;
  for (std::size_t i = 0; i < faces->size(); ++i) {
    const Image image = faces->image(i);
    const auto count = static_cast<double>(image.pixels.size());
    CHECK(image.width == faces->width(i));
    CHECK(image.pixels.size() == static_cast<std::size_t>(image.width * image.height * image.channels));
    CHECK(image.height == faces->height(i));
    sizes.insert(std::max(image.width, image.height));
    cut += image.width != image.height ? 1 : 0;
    gray += image.channels == 1 ? 1 : 0;
    double sum = 0, squares = 0;
    for (const std::uint8_t v : image.pixels) sum += v, squares += static_cast<double>(v) * v;
    CHECK(std::sqrt(squares / count - sum / count * sum / count) > 8);
    const std::vector<float>& p = faces->landmarks(i).xy;
    for (std::size_t j = 0; j < p.size(); ++j) {
      const auto side = static_cast<float>(j % 2 == 0 ? image.width : image.height);
      CHECK(p[j] > 0.04F * side);
      CHECK(p[j] < 0.96F * side);
    }
    CHECK(p[0] < p[2]);  // brows from left to right
    CHECK(p[2] < p[4]);
    CHECK(p[4] < p[6]);
    CHECK(p[8] < p[12]);  // eyes
    CHECK(p[14] < p[18]);
    CHECK(p[22] < p[26]);  // mouth
    CHECK(p[11] < p[25]);  // eye over mouth
  }
  CHECK(sizes.size() >= 6);
  CHECK(gray > 1);
  CHECK(gray < 20);
  CHECK(cut > 2);
  CHECK(cut < 25);
}

TEST_CASE("a cut picture is a part of the whole one, and its points are moved with it") {
  // The same scenes as squares, seed and index by seed and index; 64 is one of the mixed sizes.
  const DatasetPtr mixed = make_synth_dataset(200, 3);
  const DatasetPtr squares = make_synth_dataset(200, 3, 64);
  int found = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const int width = mixed->width(i);
    const int height = mixed->height(i);
    if (width == height || std::max(width, height) != 64) continue;
    ++found;
    const Image part = mixed->image(i);
    const Image whole = squares->image(i);
    const int left = static_cast<int>(std::lround(squares->landmarks(i).xy[0] - mixed->landmarks(i).xy[0]));
    const int top = static_cast<int>(std::lround(squares->landmarks(i).xy[1] - mixed->landmarks(i).xy[1]));
    for (int y = 0; y < height; ++y) {
      const auto from = part.pixels.begin() + y * width * part.channels;
      const auto same = whole.pixels.begin() + ((y + top) * 64 + left) * whole.channels;
      CHECK(std::equal(from, from + width * part.channels, same));
    }
  }
  CHECK(found > 1);
}

TEST_CASE("a shadow falls behind a thing, not beside it and not on it") {
  const synth::View view(0, 0, 0, 700);
  const auto corner = [&](float x, float y) { return synth::Vertex{view.project({x, y, 40}), {}, {}}; };
  const synth::Mesh plate{
      synth::Part::brim, 2, 2, {corner(-20, -20), corner(20, -20), corner(-20, 20), corner(20, 20)}};
  synth::ShadowMap shadows({0, 0, 1});
  shadows.cast(plate, view);
  CHECK(shadows.lit({0, 0, 0}) == 0);
  CHECK(shadows.lit({60, 0, 0}) == 1);
  CHECK(shadows.lit({0, 0, 40}) == 1);
  CHECK(shadows.lit({0, 0, 90}) == 1);
  // From above the shadow falls below the plate.
  synth::ShadowMap high(synth::unit({0, -1, 1}));
  high.cast(plate, view);
  CHECK(high.lit({0, 40, 0}) == 0);
  CHECK(high.lit({0, -40, 0}) == 1);
}

TEST_CASE("a bend moves every point with the surface, each one its own way") {
  synth::Face face;
  const auto straight = synth::landmark_positions(synth::Head{face});
  face.bend = 8;
  face.texture_seed = 5;
  const auto bent = synth::landmark_positions(synth::Head{face});
  float least = 100, most = -100;
  for (std::size_t k = 0; k < straight.size(); ++k) {
    const float dx = bent[k].x - straight[k].x;
    CHECK(std::abs(dx) <= 8);
    CHECK(std::abs(bent[k].y - straight[k].y) <= 8);
    least = std::min(least, dx);
    most = std::max(most, dx);
  }
  CHECK(most - least > 2);
}

TEST_CASE(
    "a point lies on the part of the picture it names: eyes are where it is darkest, the lit nose tip sticks out") {
  // Over many faces, the pixels at the eye centres are darker than those at the cheeks below them.
  const DatasetPtr faces = make_synth_dataset(80, 5, 64);
  int darker = 0;
  for (std::size_t i = 0; i < faces->size(); ++i) {
    const Image image = faces->image(i);
    const std::vector<float>& p = faces->landmarks(i).xy;
    const auto value = [&](float x, float y) {
      const int u = std::clamp(static_cast<int>(std::lround(x)), 0, 63);
      const int v = std::clamp(static_cast<int>(std::lround(y)), 0, 63);
      return static_cast<int>(image.pixels[static_cast<std::size_t>((v * 64 + u) * image.channels)]);
    };
    for (const std::size_t eye : {5U, 8U}) {
      const float down = 0.45F * (p[2 * 10 + 1] - p[2 * eye + 1]);
      darker += value(p[2 * eye], p[2 * eye + 1]) < value(p[2 * eye], p[2 * eye + 1] + down) ? 1 : 0;
    }
  }
  CHECK(darker > 110);
  const synth::Head head{synth::Face{}};
  const auto points = synth::landmark_positions(head);
  CHECK(points[10].z > points[4].z + 15);
  CHECK(points[0].x == doctest::Approx(-points[3].x));
}

TEST_CASE("a place in the picture with its depth leads back to the place in space") {
  synth::View view(0.3F, -0.2F, 0.1F, 600);
  view.frame(-80, -90, 200, 96);
  const synth::Vec3 p{31, -12, 18};
  // Pose and projection apart: the way back ends in camera space, after the turn about the neck.
  const synth::Vec3 seen = view.project(p);
  const synth::Vec3 back = view.position(seen);
  const synth::Vec3 neck = view.position(view.project({0, 90, -95}));
  const synth::Vec3 turned = view.turn(p - synth::Vec3{0, 90, -95});
  CHECK(back.x - neck.x == doctest::Approx(turned.x).epsilon(1e-3));
  CHECK(back.y - neck.y == doctest::Approx(turned.y).epsilon(1e-3));
  CHECK(back.z - neck.z == doctest::Approx(turned.z).epsilon(1e-3));
}

TEST_CASE("turning the head to the right moves the nose to the right and nodding moves it down") {
  const synth::Vec3 nose{0, 36, 20};
  const synth::View straight(0, 0, 0, 700);
  CHECK(synth::View(0.3F, 0, 0, 700).project(nose).x > straight.project(nose).x + 10);
  CHECK(synth::View(0, 0.2F, 0, 700).project(nose).y > straight.project(nose).y + 5);
  CHECK(synth::View(0, 0, 0.2F, 700).project({40, 0, 0}).y > straight.project({40, 0, 0}).y + 3);
}

TEST_CASE("a written folder is a data set like any other") {
  const TemporaryFolder folder;
  write_synth_folder(folder / "faces", 12, 5);
  const DatasetPtr read = open_dataset((folder / "faces").string());
  const DatasetPtr made = make_synth_dataset(12, 5);
  REQUIRE(read->size() == 12);
  std::set<std::string> endings;
  for (std::size_t i = 0; i < 12; ++i) {
    endings.insert(read->name(i).substr(read->name(i).size() - 3));
    CHECK(read->width(i) == made->width(i));
    CHECK(read->image(i).channels == made->image(i).channels);
    for (std::size_t j = 0; j < 28; ++j)
      CHECK(std::abs(read->landmarks(i).xy[j] - made->landmarks(i).xy[j]) <= 0.0051F);
    if (read->name(i).ends_with("png")) CHECK(read->image(i).pixels == made->image(i).pixels);
  }
  CHECK(endings == std::set<std::string>{"jpg", "png"});
}

TEST_CASE("the sample set in data/ opens and has every kind of file") {
  const DatasetPtr samples = open_dataset(FPCPU_SOURCE_DIR "/data");
  CHECK(samples->size() == 36);
  int gray = 0, png = 0;
  for (std::size_t i = 0; i < samples->size(); ++i) {
    gray += samples->image(i).channels == 1 ? 1 : 0;
    png += samples->name(i).ends_with(".png") ? 1 : 0;
  }
  CHECK(gray >= 2);
  CHECK(png >= 2);
  CHECK(derive_mirror(mean_shape(*samples)) == std::vector<int>{3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11});
}

TEST_CASE("limits") {
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)make_synth_dataset(5, 1, 10); }), "10 pixels"));
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)make_synth_dataset(0, 1); }), "at least one"));
  CHECK(contains(message_of(ErrorCode::resource, [] { write_synth_folder("/proc/none", 1, 1); }), "/proc/none"));
}
