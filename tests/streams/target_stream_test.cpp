// SPDX-License-Identifier: MIT
#include "streams/target_stream.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "graph/inference.hpp"
#include "io/checkpoint.hpp"
#include "streams/stream_set.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;

namespace {

constexpr int kFaces = 6;
constexpr int kPoints = 4;

/// Faces of four points in two mirrored pairs, that offer a weight per point and one number per face.
class Faces final : public Dataset {
 public:
  Faces() {
    for (int i = 0; i < kFaces; ++i) {
      names_.push_back("f" + std::to_string(i) + ".png");
      const auto shift = static_cast<float>(i);
      marks_.push_back({{8 + shift, 10, 24 - shift, 10, 10, 22 + shift, 22, 22}, {1, 1, 1, i == 2 ? 0.0F : 1.0F}});
    }
  }
  std::size_t size() const noexcept override { return kFaces; }
  int points() const noexcept override { return kPoints; }
  const std::string& name(std::size_t i) const override { return names_[i]; }
  int width(std::size_t) const override { return 32; }
  int height(std::size_t) const override { return 32; }
  const Landmarks& landmarks(std::size_t i) const override { return marks_[i]; }
  Image image(std::size_t i) const override {
    Image image{32, 32, 1, std::vector<std::uint8_t>(32 * 32)};
    for (std::size_t k = 0; k < image.pixels.size(); ++k)
      image.pixels[k] = static_cast<std::uint8_t>((k * 7 + i) % 251);
    return image;
  }
  std::vector<OfferedStream> streams() const override { return {{"age", 1, false}, {"certainty", kPoints, true}}; }
  void stream(std::size_t i, std::size_t which, float* out) const override {
    if (which == 0) {
      *out = static_cast<float>(10 * i);
    } else {
      for (int k = 0; k < kPoints; ++k) out[k] = static_cast<float>(10 * static_cast<int>(i) + k);
    }
  }

 private:
  std::vector<std::string> names_;
  std::vector<Landmarks> marks_;
};

struct Bench {
  DatasetPtr data = std::make_shared<Faces>();
  Preprocessing preprocessing{.input = {16, 16, 1},
                              .points = kPoints,
                              .mean = {100},
                              .deviation = {50},
                              .mean_shape = mean_shape(*data),
                              .mirror = {1, 0, 3, 2}};
  ThreadPool pool{2};
  StreamContext context{data, preprocessing, 3, kernels::choose_table(), pool};

  std::vector<TargetStream> make(const std::vector<StreamSpec>& specs) { return make_target_streams(specs, context); }
  std::string refusal(ErrorCode code, const std::string& source) {
    return message_of(code, [&] { (void)make({{"s", source}}); });
  }
};

std::vector<float> values(const TargetStream& stream, std::size_t index, bool mirrored,
                          const std::vector<float>& targets = std::vector<float>(2 * kPoints)) {
  const std::vector<float> visible = {1, 1, 1, 0};
  std::vector<float> out(stream.sample->shape().size());
  stream.sample->fill({index, targets, visible, mirrored}, out.data());
  return out;
}

}  // namespace

TEST_CASE("streams of the data set follow their sample, and their points when it is mirrored") {
  Bench bench;
  const auto streams = bench.make({});
  REQUIRE(streams.size() == 2);
  CHECK(streams[0].shape() == StreamShape{"age", {1, 1, 1}});
  CHECK(values(streams[0], 3, true) == std::vector<float>{30});
  CHECK(values(streams[1], 2, false) == std::vector<float>{20, 21, 22, 23});
  CHECK(values(streams[1], 2, true) == std::vector<float>{21, 20, 23, 22});
}

TEST_CASE("subsets and concatenations offer what all their parts offer") {
  Bench bench;
  const DatasetPtr part = subset(bench.data, {4, 1});
  const DatasetPtr both = concat_datasets({part, bench.data});
  REQUIRE(both->streams().size() == 2);
  float age = 0;
  both->stream(1, 0, &age);
  CHECK(age == 10);
  both->stream(2 + 5, 0, &age);
  CHECK(age == 50);

  const DatasetPtr twice = concat_datasets({bench.data, part, bench.data});
  REQUIRE(twice->streams().size() == 2);
  twice->stream(static_cast<std::size_t>(kFaces) + 2 + 3, 0, &age);
  CHECK(age == 30);
}

TEST_CASE("a table gives numbers by file name, unknown ones as NaN, and signs that turn in a mirror") {
  Bench bench;
  const test::TemporaryFolder folder;
  const auto file = (folder / "angles.csv").string();
  write_file_atomically(file, "file;pitch;yaw;note\nf1.png;1.5;-2;7\nf0.png;;4;8\nother.png;9;9;9\n");
  const auto streams = bench.make({{"pose", "table:file=" + file + ",columns=yaw+pitch,mirror=-+"}});
  REQUIRE(streams.front().shape() == StreamShape{"pose", {1, 1, 2}});
  CHECK(values(streams[0], 1, false) == std::vector<float>{-2, 1.5F});
  CHECK(values(streams[0], 1, true) == std::vector<float>{2, 1.5F});
  CHECK(values(streams[0], 0, false)[0] == 4);
  CHECK(std::isnan(values(streams[0], 0, false)[1]));
  CHECK(std::isnan(values(streams[0], 5, false)[0]));

  CHECK(contains(bench.refusal(ErrorCode::format, "table:file=" + file + ",columns=jaw"), "Did you mean 'yaw'?"));
  CHECK(contains(bench.refusal(ErrorCode::usage, "table:file=" + file + ",mirror=-"), "3 columns"));
  CHECK(contains(bench.refusal(ErrorCode::shape, "table:file=" + file + ",mirror=points"), "one per point, 4"));
  CHECK(contains(bench.refusal(ErrorCode::usage, "table:columns=yaw"), "needs file="));
  bench.refusal(ErrorCode::io, "table:file=" + file + "x");
  write_file_atomically(file, "file,a\nf1.png,many\n");
  CHECK(contains(bench.refusal(ErrorCode::format, "table:file=" + file), "line 2"));
  write_file_atomically(file, "file,a\nf1.png,1\nf1.png,2\n");
  CHECK(contains(bench.refusal(ErrorCode::format, "table:file=" + file), "has a row already"));
  write_file_atomically(file, "file,a\nelse.png,1\n");
  CHECK(contains(bench.refusal(ErrorCode::format, "table:file=" + file), "none of its rows"));
}

TEST_CASE("maps have their maximum at the point, and are empty for a point that is not visible") {
  Bench bench;
  const auto streams = bench.make({{"maps", "maps:side=8,sigma=1"}});
  REQUIRE(streams[0].shape() == StreamShape{"maps", {8, 8, kPoints}});
  // Point 0 is the centre of map pixel (row 2, column 5).
  std::vector<float> targets(2 * kPoints, 0.1F);
  targets[0] = 5.5F / 8 - 0.5F;
  targets[1] = 2.5F / 8 - 0.5F;
  const auto maps = values(streams[0], 0, false, targets);
  CHECK(maps[(2 * 8 + 5) * kPoints] == doctest::Approx(1));
  CHECK(maps[(2 * 8 + 6) * kPoints] == doctest::Approx(std::exp(-0.5)));
  for (std::size_t c = 0; c < 64; ++c) CHECK(maps[c * kPoints + 3] == 0);
  CHECK(contains(bench.refusal(ErrorCode::usage, "maps:side=1"), "expected 2 to 512"));
  CHECK(contains(bench.refusal(ErrorCode::usage, "maps:sise=8"), "side"));
  CHECK(contains(bench.refusal(ErrorCode::usage, "mapz:side=8"), "Did you mean 'maps'?"));
}

TEST_CASE("a teacher sees the same pixels through its own mean and deviation") {
  Bench bench;
  const test::TemporaryFolder folder;
  Graph graph({16, 16, 1});
  graph.add("conv", make_conv2d({.out_channels = 3, .stride = 2, .activation = ActivationKind::relu}));
  graph.add("fc", make_dense({.units = 2 * kPoints}));
  Params<float> params{ParamLayout(graph)};
  initialize(params, 3);
  Preprocessing own = bench.preprocessing;
  own.mean = {90};
  own.deviation = {40};
  const auto file = folder / "teacher.safetensors";
  save_checkpoint(file, {{graph, params.clone(), own}});
  const auto streams = bench.make({{"teacher", "teacher:model=" + file.string()}});
  REQUIRE(streams[0].batch != nullptr);

  std::vector<float> x(3 * 256);
  std::vector<float> seen(3 * 256);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto pixel = static_cast<float>((i * 37) % 256);
    x[i] = (pixel - 100) / 50;
    seen[i] = (pixel - 90) / 40;
  }
  Batch batch;
  batch.n = 3;
  batch.x = x.data();
  std::vector<float> found(3 * 2 * kPoints);
  streams[0].batch->fill(batch, found.data());
  InferenceNetwork network(graph, params, 3, bench.context.kernels, bench.pool);
  const float* expected = network.run(seen.data(), 3);
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));

  bench.preprocessing.input = {32, 32, 1};
  CHECK(contains(bench.refusal(ErrorCode::shape, "teacher:model=" + file.string()), "16x16x1"));
}

TEST_CASE("the loader makes streams with their samples, and a set hands them to inputs and terms") {
  Bench bench;
  Graph graph({16, 16, 1});
  const int age = graph.add_input("age", {1, 1, 1});
  const int flat = graph.add("flat", make_flatten(), {0});
  graph.add("both", make_concat(), {flat, age});
  graph.set_output(graph.add("fc", make_dense({.units = 2 * kPoints}), {flat}));
  graph.add_output({"guess", graph.add("guess", make_dense({.units = kPoints}), {3}), true});
  const std::vector<TermSpec> terms = {{"", "mse"}, {"guess", "l1", {"guess"}, {"certainty"}}};
  auto streams = bench.make({});
  std::vector<StreamShape> shapes;
  for (const TargetStream& s : streams) shapes.push_back(s.shape());
  const Objective objective(graph, terms, shapes);
  StreamSet set(streams, graph, objective, 3);
  LoaderOptions options;
  options.batch = 3;
  options.augment["mirror"] = 0.5F;
  options.streams = set.from_samples();
  Loader loader(bench.data, bench.preprocessing, options);
  int mirrored = 0;
  for (int epoch = 0; epoch < 4; ++epoch) {
    loader.start(epoch);
    while (const Batch* batch = loader.next()) {
      set.bind(*batch);
      for (std::size_t i = 0; i < 3; ++i) {
        const std::size_t sample = batch->samples[i];
        CHECK(set.inputs()[0][i] == static_cast<float>(10 * sample));
        const float first = set.targets()[0][i * kPoints] - static_cast<float>(10 * sample);
        const bool turned = first == 1;
        CHECK((turned || first == 0));
        mirrored += turned;
        // The point that is not visible in face 2 is the last, in a mirror the one before it.
        if (sample == 2) CHECK(batch->visible[i * kPoints + (turned ? 2 : 3)] == 0);
      }
    }
  }
  CHECK(mirrored > 0);
  CHECK(mirrored < 4 * kFaces);

  Graph wrong({16, 16, 1});
  const int wide = wrong.add_input("age", {1, 1, 2});
  wrong.add("fc", make_dense({.units = 2 * kPoints}), {wide});
  CHECK(contains(message_of(ErrorCode::shape, [&] { StreamSet(streams, wrong, Objective(wrong, make_mse_loss()), 3); }),
                 "1x1x2"));
  Graph unknown({16, 16, 1});
  const int eage = unknown.add_input("eage", {1, 1, 1});
  unknown.add("fc", make_dense({.units = 2 * kPoints}), {eage});
  CHECK(contains(
      message_of(ErrorCode::usage, [&] { StreamSet(streams, unknown, Objective(unknown, make_mse_loss()), 3); }),
      "Did you mean 'age'?"));
}
