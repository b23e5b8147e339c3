// SPDX-License-Identifier: MIT
#include "heads/head.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "fpcpu/error.hpp"
#include "heads/named_options.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::message_of;

namespace {

const Shape kNumbers{1, 1, 28};
const Shape kMaps{32, 32, 14};

std::string complaint(const char* text) {
  return message_of(ErrorCode::usage, [&] { (void)make_head(text); });
}

}  // namespace

TEST_CASE("a head says how many points an output tells of and what it needs") {
  const HeadPtr coordinates = make_head("coordinates");
  const HeadPtr heatmaps = make_head("heatmaps");
  CHECK(coordinates->points(kNumbers) == 14);
  CHECK(coordinates->points(kMaps) == 0);
  CHECK(coordinates->points({1, 1, 29}) == 0);
  CHECK(heatmaps->points(kMaps) == 14);
  CHECK(heatmaps->points(kNumbers) == 0);
  CHECK_NOTHROW(check_head(*coordinates, kNumbers, 14));
  CHECK_NOTHROW(check_head(*heatmaps, kMaps, 14));
  CHECK(message_of(ErrorCode::shape, [&] { check_head(*coordinates, kMaps, 14); }) ==
        "the network ends in 32x32x14; a head of coordinates needs 28 numbers for 14 points");
  CHECK(message_of(ErrorCode::shape, [&] { check_head(*heatmaps, kMaps, 7); }) ==
        "the network ends in 32x32x14; a head of heatmaps needs 7 maps for 7 points");
  CHECK(usual_head(kNumbers)->kind() == "coordinates");
  CHECK(usual_head(kMaps)->kind() == "heatmaps");
}

TEST_CASE("heads are described by a text and built from it") {
  for (const char* text : {"coordinates", "heatmaps:sigma=1", "heatmaps:sigma=1.5"}) {
    CHECK(to_text(*make_head(text)) == text);
  }
  CHECK(to_text(*make_head("heatmaps")) == "heatmaps:sigma=1");
  CHECK(complaint("heatmap") == "head heatmap: unknown kind of head 'heatmap'. Did you mean 'heatmaps'?");
  CHECK(test::contains(complaint("heatmaps:sgima=2"), "sgima"));
  CHECK(test::contains(complaint("coordinates:sigma=2"), "sigma"));
  CHECK(test::contains(complaint("heatmaps:sigma=big"), "is not a number"));
  CHECK(test::contains(complaint("heatmaps:sigma=0"), "expected 0.1 to 16"));
  CHECK(test::contains(complaint("heatmaps:sigma"), "expected NAME:OPTION=VALUE"));
}

TEST_CASE("names with options are read and written") {
  const NamedOptions named = parse_named_options("wing:w=10,epsilon=2.5,x=true,y=some");
  CHECK(named.name == "wing");
  CHECK(to_text(named) == "wing:w=10,epsilon=2.5,x=true,y=some");
  CHECK(parse_named_options("mse").options.items().empty());
  for (const char* wrong : {"wing:", "wing:w", "wing:w=", "wing:=3", "wing:w=1,", "wing:w=1,w=2"}) {
    CHECK_THROWS_AS((void)parse_named_options(wrong), Error);
  }
}

TEST_CASE("the loss must be one for the head") {
  const HeadPtr coordinates = make_coordinates_head();
  const HeadPtr heatmaps = make_heatmaps_head();
  CHECK(make_loss("auto", *coordinates)->kind() == "smooth-l1");
  CHECK(make_loss("auto", *heatmaps)->kind() == "heatmap-mse");
  CHECK(make_loss("wing:w=5", *coordinates)->kind() == "wing");
  CHECK(message_of(ErrorCode::usage, [&] { (void)make_loss("wing", *heatmaps); }) ==
        "loss 'wing' is for coordinates, but this network emits heatmaps; use heatmap-mse.");
  CHECK(message_of(ErrorCode::usage, [&] { (void)make_loss("heatmap-mse", *coordinates); }) ==
        "loss 'heatmap-mse' is for heatmaps, but this network emits coordinates; use smooth-l1.");
}

TEST_CASE("the untrained network answers the mean shape where the head can") {
  std::vector<float> weight = {1, -2};
  std::vector<float> bias = {0, 0};
  const std::vector<float> mean = {0.25F, -0.5F};
  make_coordinates_head()->initialise({weight, bias}, mean);
  CHECK(bias == mean);
  CHECK(weight == std::vector<float>{1, -2});
  bias = {0, 0};
  make_coordinates_head()->initialise({weight, bias}, {});
  CHECK(bias == std::vector<float>{0, 0});
  make_heatmaps_head()->initialise({weight, bias}, mean);
  CHECK(weight[1] == doctest::Approx(-0.02));
  CHECK_THROWS_AS(make_heatmaps_head()->initialise({weight, bias}, {}), Error);
}

TEST_CASE("coordinates are passed on as they are") {
  const std::vector<float> output = {1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<float> points(8);
  make_coordinates_head()->decode(output.data(), {1, 1, 4}, 2, points.data(), nullptr);
  CHECK(points == output);
}
