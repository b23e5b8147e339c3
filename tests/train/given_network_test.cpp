// SPDX-License-Identifier: MIT
// Networks, recipes and losses that a program hands to train().
#include <doctest/doctest.h>

#include "fpcpu/dataset.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/losses.hpp"
#include "fpcpu/network.hpp"
#include "fpcpu/trainer.hpp"
#include "graph/graph.hpp"
#include "io/checkpoint.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

Network network_of_test() {
  Network network({32, 32, 3});
  network.add("body", make_conv2d({.out_channels = 6, .stride = 4, .activation = ActivationKind::relu}));
  network.add("points", make_dense({.units = 28, .init = DenseInit::small}));
  return network;
}

/// The mean of the visible |d|^3, to show that a loss of the caller's own is trained with.
class Cubic final : public Loss {
 public:
  std::string_view kind() const noexcept override { return "cubic"; }
  double run(const LossArgs<float>& a) const noexcept override { return all(a); }
  double run(const LossArgs<double>& a) const noexcept override { return all(a); }

 private:
  template <class T>
  static double all(const LossArgs<T>& a) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(2 * a.n * a.points); ++i) {
      if (a.visible[i / 2] == T(0)) continue;
      const T d = a.pred[i] - a.target[i];
      sum += static_cast<double>(std::abs(d * d * d));
      if (a.dpred != nullptr) a.dpred[i] += T(3) * std::abs(d) * d * static_cast<T>(a.inv_count * a.weight);
    }
    return sum * a.inv_count;
  }
};

struct Run {
  DatasetPtr data = open_dataset("synth:24");
  test::TemporaryFolder folder;
  TrainOptions options;
  RunOptions run;
  Run() {
    options.epochs = 3;
    options.batch = 8;
    options.augment = "none";
    run.out = (folder / "run").string();
    run.threads = 2;
  }
};

TEST_CASE("a network is built by names, and what is wrong with it is said") {
  Network network = network_of_test();
  CHECK(network.shape("body") == Shape{8, 8, 6});
  CHECK(network.parameters() == 3 * 3 * 3 * 6 + 6 + 8 * 8 * 6 * 28 + 28);
  Network copy = network;
  copy.add("more", make_dense({.units = 2}), {"body"});
  CHECK(network.graph().find("more") < 0);
  CHECK(contains(message_of(ErrorCode::usage, [&] { network.add("x", make_max_pool(), {"bodi"}); }), "'body'"));
  CHECK(contains(message_of(ErrorCode::usage, [&] { network.landmarks("bodi"); }), "'body'"));
  CHECK(contains(
      message_of(ErrorCode::shape, [&] { network.add("b", make_conv2d({.out_channels = 7}), {"input"}, "body"); }),
      "share"));
  CHECK(Network::zoo("small", 5, 48, 1).shape("input") == Shape{48, 48, 1});
}

TEST_CASE("a given network is trained with a loss of the caller's, and resumed by the same call only") {
  Run whole;
  Recipe recipe;
  recipe.terms = {{.own = std::make_shared<Cubic>()}};
  const TrainResult done = train(whole.data, network_of_test(), recipe, whole.options, whole.run);
  CHECK(load_checkpoint(done.model).graph.find("body") == 1);

  Run broken;
  TrainCallbacks stop;
  int steps = 0;
  stop.step = [&](const StepProgress&) { ++steps; };
  stop.stop = [&] { return steps >= 4; };
  CHECK(train(broken.data, network_of_test(), recipe, broken.options, broken.run, stop).interrupted);
  RunOptions again;
  again.resume = broken.run.out;
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)train(broken.data, {}, again); }), "only that program"));
  (void)train(broken.data, network_of_test(), recipe, {}, again);
  const Checkpoint a = load_checkpoint(whole.folder / "run" / "last.safetensors");
  const Checkpoint b = load_checkpoint(broken.folder / "run" / "last.safetensors");
  CHECK(std::equal(a.params.trainable.begin(), a.params.trainable.end(), b.params.trainable.begin()));

  Run plain;
  const TrainResult other = train(plain.data, network_of_test(), {}, plain.options, plain.run);
  CHECK(load_checkpoint(other.model).params.trainable[0] != load_checkpoint(done.model).params.trainable[0]);
}

TEST_CASE("options that a given network leaves no room for are refused") {
  Run r;
  r.options.input_size = 48;
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)train(r.data, network_of_test(), {}, r.options, r.run); }),
                 "32x32x3"));
  r.options.input_size = {};
  r.options.automatic = true;
  message_of(ErrorCode::usage, [&] { (void)train(r.data, network_of_test(), {}, r.options, r.run); });
}

TEST_CASE("a data set from a function has what the function says, and names the face that does not fit") {
  const auto face = [](std::size_t i) {
    return Face{"f" + std::to_string(i),
                {4, 3, 1, std::vector<std::uint8_t>(12, static_cast<std::uint8_t>(i))},
                {{1, 1, 2, 2}, {1, 0}},
                {{static_cast<float>(i)}}};
  };
  const DatasetPtr data = make_dataset(3, face, {"a", "b"}, {{"age", 1, false}});
  CHECK(data->size() == 3);
  CHECK(data->points() == 2);
  CHECK(data->image(2).pixels[0] == 2);
  float age = 0;
  data->stream(2, 0, &age);
  CHECK(age == 2);
  const auto refusal = [&](auto change) {
    return message_of(ErrorCode::format, [&] {
      (void)make_dataset(3,
                         [&](std::size_t i) {
                           Face f = face(i);
                           if (i == 1) change(f);
                           return f;
                         },
                         {"a", "b"}, {{"age", 1, false}});
    });
  };
  CHECK(contains(refusal([](Face& f) { f.image.pixels.pop_back(); }), "face 1 'f1': its image"));
  CHECK(contains(refusal([](Face& f) { f.points.xy.pop_back(); }), "x and y"));
  CHECK(contains(refusal([](Face& f) {
                   f.points.xy.resize(6);
                   f.points.visible.resize(3);
                 }),
                 "another number of points"));
  CHECK(contains(refusal([](Face& f) { f.streams.clear(); }), "every stream"));
  CHECK(contains(refusal([](Face& f) { f.streams[0].push_back(1); }), "2 numbers, expected 1"));
  message_of(ErrorCode::usage, [&] { (void)make_dataset(0, face); });
}

}  // namespace
}  // namespace fpcpu
