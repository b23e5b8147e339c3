// SPDX-License-Identifier: MIT
#include "data/resample.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "data/drawing.hpp"
#include "data/statistics.hpp"

using namespace fpcpu;

namespace {

Preprocessing plain(Shape input) {
  Preprocessing p;
  p.input = input;
  p.mean.assign(static_cast<std::size_t>(input.c), 0.0F);
  p.deviation.assign(static_cast<std::size_t>(input.c), 1.0F);
  return p;
}

std::vector<float> prepare(const Image& image, Shape input) {
  std::vector<float> out(input.size(), std::nanf(""));
  prepare_image(image, plain(input), out.data());
  return out;
}

/// Value 20 + a x + b y at pixel (x,y).
Image ramp(int width, int height, double a, double b) {
  Image image{width, height, 1, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.pixels.push_back(static_cast<std::uint8_t>(std::lround(20 + a * x + b * y)));
  }
  return image;
}

/// Centre of mass of what is dark.
Point centre_of(const std::vector<float>& pixels, Shape s) {
  double x = 0, y = 0, total = 0;
  for (int v = 0; v < s.h; ++v) {
    for (int u = 0; u < s.w; ++u) {
      const double w = pixels[static_cast<std::size_t>((v * s.w + u) * s.c)];
      x += w * u;
      y += w * v;
      total += w;
    }
  }
  return {x / total, y / total};
}

}  // namespace

TEST_CASE("maps: composition, inverse, mirror and resize follow the pixel centres") {
  const Map2D m = translate(3, -2) * rotate(0.4) * scale(1.5, 0.7);
  const Point p = (inverse(m) * m)({11, 5});
  CHECK(p.x == doctest::Approx(11));
  CHECK(p.y == doctest::Approx(5));
  Map2D projective = m;
  projective.a[6] = 0.001;
  projective.a[7] = -0.002;
  const Point q = inverse(projective)(projective({40, 30}));
  CHECK(q.x == doctest::Approx(40));
  CHECK(q.y == doctest::Approx(30));
  CHECK(mirror_map(10)({0, 4}).x == 9);
  CHECK(resize_map(100, 50, 50, 100)({0, 0}).x == doctest::Approx(-0.25));
  CHECK(resize_map(100, 50, 50, 100)({0, 0}).y == doctest::Approx(0.5));
  CHECK(rotate(3.14159265358979 / 2)({1, 0}).y == doctest::Approx(1));
}

TEST_CASE("an image of the input's size is copied exactly; gray is repeated") {
  Image image{12, 9, 3, {}};
  for (int i = 0; i < 12 * 9 * 3; ++i) image.pixels.push_back(static_cast<std::uint8_t>(i * 53 % 256));
  const std::vector<float> out = prepare(image, {9, 12, 3});
  for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i] == image.pixels[i]);
  const std::vector<float> gray = prepare(ramp(5, 4, 9, 3), {4, 5, 3});
  for (std::size_t i = 0; i < gray.size(); i += 3) {
    CHECK(gray[i] == gray[i + 1]);
    CHECK(gray[i] == gray[i + 2]);
  }
}

TEST_CASE("resizing a ramp gives the ramp at the pixel centres") {
  struct Case {
    int width, height;
    Shape input;
  };
  for (const Case c : {Case{50, 50, {20, 20, 1}}, Case{33, 60, {48, 48, 1}}, Case{90, 70, {30, 30, 3}},
                       Case{96, 48, {96, 96, 1}}, Case{44, 44, {32, 32, 1}}}) {
    const std::vector<float> out = prepare(ramp(c.width, c.height, 1, 1), c.input);
    const Map2D back = resize_map(c.input.w, c.input.h, c.width, c.height);
    // Away from the border, where replication bends the ramp. Positions are rounded to 1/32 and 1/64 pixel; a block
    // average is rounded to a whole value.
    const Source source = make_source(ramp(c.width, c.height, 1, 1), c.input);
    const double tolerance = source.factor_x * source.factor_y > 1 ? 0.53 : 0.03;
    for (int v = 3; v < c.input.h - 3; ++v) {
      for (int u = 3; u < c.input.w - 3; ++u) {
        const Point p = back({static_cast<double>(u), static_cast<double>(v)});
        const float found = out[static_cast<std::size_t>((v * c.input.w + u) * c.input.c)];
        CHECK(std::abs(found - (20 + p.x + p.y)) < tolerance);
      }
    }
  }
}

TEST_CASE("points are green, and the redder the more alarm they give") {
  const Image gray{400, 400, 1, std::vector<std::uint8_t>(400 * 400, 128)};
  const std::vector<float> points = {100, 100, 200, 200, 300, 300};
  const Image drawn = draw_points(gray, points, std::vector<float>{-1, 0.5F, 2});
  const auto colour = [&](std::size_t at, std::size_t c) { return int{drawn.pixels[(at * 400 + at) * 3 + c]}; };
  CHECK(colour(100, 1) > colour(100, 0) + 50);
  CHECK(std::abs(colour(200, 1) - colour(200, 0)) < 50);
  CHECK(colour(300, 0) > colour(300, 1) + 50);
  CHECK(draw_points(gray, points).pixels == draw_points(gray, points, std::vector<float>(3, 0.0F)).pixels);
}

TEST_CASE("a dot stays where its point is said to be, at any size") {
  for (const int size : {20, 31, 64, 100, 250, 400}) {
    Image image{size, size, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(size * size), 0)};
    const double x = 0.3 * size, y = 0.6 * size, radius = 0.1 * size;
    double mx = 0, my = 0, n = 0;
    for (int v = 0; v < size; ++v) {
      for (int u = 0; u < size; ++u) {
        if (std::hypot(u - x, v - y) > radius) continue;
        image.pixels[static_cast<std::size_t>(v * size + u)] = 200;
        mx += u;
        my += v;
        n += 1;
      }
    }
    const Shape input{40, 40, 1};
    const Point found = centre_of(prepare(image, input), input);
    const Point expected = resize_map(size, size, 40, 40)({mx / n, my / n});
    CHECK(found.x == doctest::Approx(expected.x).epsilon(0.002));
    CHECK(found.y == doctest::Approx(expected.y).epsilon(0.002));
  }
}

TEST_CASE("shrinking averages: a fine chessboard becomes gray, not stripes") {
  for (const int size : {63, 64, 80, 100, 128, 200}) {
    Image board{size, size, 1, {}};
    for (int i = 0; i < size * size; ++i) board.pixels.push_back((i % size + i / size) % 2 == 0 ? 0 : 200);
    const Shape input{32, 32, 1};
    const std::vector<float> out = prepare(board, input);
    for (int v = 1; v < 31; ++v) {
      for (int u = 1; u < 31; ++u) CHECK(std::abs(out[static_cast<std::size_t>(v * 32 + u)] - 100) < 40);
    }
  }
}

TEST_CASE("sources: large images are kept reduced, and preparing either is the same") {
  const Image large = ramp(400, 130, 0.5, 0.2);
  const Shape input{40, 40, 3};
  const Source source = make_source(large, input);
  CHECK(source.factor_x == 8);
  CHECK(source.factor_y == 2);
  CHECK(source.image.width == 50);
  CHECK(source.image.height == 65);
  ResampleScratch scratch;
  std::vector<float> out(input.size());
  prepare_source(source, plain(input), scratch, out.data());
  CHECK(out == prepare(large, input));
  CHECK(make_source(ramp(50, 50, 1, 1), input).factor_x == 1);
}

TEST_CASE("one pixel, one row, one column") {
  for (const auto& [w, h] : {std::pair{1, 1}, std::pair{1, 30}, std::pair{300, 1}}) {
    const Image image{w, h, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(w * h), 77)};
    for (const float v : prepare(image, {16, 16, 3})) CHECK(v == 77);
  }
}

TEST_CASE("normalising and luma") {
  const Image image{1, 1, 3, {100, 150, 200}};
  Preprocessing p = plain({1, 1, 3});
  p.mean = {90, 150, 250};
  p.deviation = {2, 4, 10};
  float out[3];
  prepare_image(image, p, out);
  CHECK(out[0] == 5);
  CHECK(out[1] == 0);
  CHECK(out[2] == doctest::Approx(-5));
  CHECK(prepare(image, {1, 1, 1})[0] == doctest::Approx(0.299 * 100 + 0.587 * 150 + 0.114 * 200).epsilon(0.01));
}
