// SPDX-License-Identifier: MIT
// Writes seed corpora for all fuzz targets into a folder: pictures of rendered faces, networks of the zoo and small
// ones of every kind of layer, model files, tables, options.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/file.hpp"
#include "data/image_write.hpp"
#include "data/synth.hpp"
#include "data/tables/points_csv.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/checkpoint.hpp"
#include "io/graph_json.hpp"
#include "io/metrics_csv.hpp"
#include "io/safetensors.hpp"
#include "optim/schedule.hpp"
#include "options/config.hpp"
#include "train/position.hpp"

namespace {

using namespace fpcpu;
namespace fs = std::filesystem;

void put(const fs::path& file, std::string_view bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string_view view(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A bitmap of 24 bits, bottom-up.
std::string bmp(const Image& image) {
  const auto number = [](std::size_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i, value >>= 8U) text += static_cast<char>(value);
    return text;
  };
  const auto width = static_cast<std::size_t>(image.width);
  const std::size_t row = (3 * width + 3) / 4 * 4;
  const std::size_t size = row * static_cast<std::size_t>(image.height);
  std::string out = "BM" + number(54 + size, 4) + number(0, 4) + number(54, 4) + number(40, 4) + number(width, 4) +
                    number(static_cast<std::size_t>(image.height), 4) + number(1, 2) + number(24, 2) + number(0, 4) +
                    number(size, 4) + number(0, 16);
  for (int y = image.height - 1; y >= 0; --y) {
    std::string line(row, '\0');
    for (std::size_t i = 0; i < 3 * width; ++i) {
      line[i] = static_cast<char>(image.pixels[static_cast<std::size_t>(y) * 3 * width + i]);
    }
    out += line;
  }
  return out;
}

void images(const fs::path& out) {
  const DatasetPtr faces = make_synth_dataset(3, 1, 24);
  for (std::size_t i = 0; i < faces->size(); ++i) {
    const Image image = faces->image(i);
    const std::string name = std::to_string(i);
    put(out / (name + ".png"), view(encode_image(image, ImageFormat::png)));
    put(out / (name + ".jpg"), view(encode_image(image, ImageFormat::jpeg, 30 + 30 * static_cast<int>(i))));
    if (image.channels == 3) put(out / (name + ".bmp"), bmp(image));
  }
}

Graph small_graph(int which) {
  Graph graph({8, 8, which % 2 == 0 ? 3 : 1});
  graph.add("c", make_conv2d({.out_channels = 4, .kernel = 3, .stride = 2, .activation = ActivationKind::relu}));
  graph.add("n", make_batch_norm({}));
  if (which == 0) {
    graph.add("p", make_max_pool({.window = 2}));
    graph.add("f", make_flatten());
    graph.add("d", make_dropout({.rate = 0.1}));
  } else {
    const int left = graph.add("l", make_depthwise_conv2d({.kernel = 3}), {2});
    graph.add("u", make_upsample({.factor = 2}), {left});
    graph.add("v", make_average_pool({.window = 2}));
    graph.add("s", make_add({}), {left, left + 2});
    graph.add("m", make_concat(), {left, left + 3});
    graph.add("x", make_coord_planes({}));
    graph.add("r", make_prelu());
    graph.add("g", make_global_average_pool());
  }
  graph.add("o", make_dense({.units = 4}));
  return graph;
}

void models(const fs::path& out) {
  for (const int which : {0, 1}) {
    Graph graph = small_graph(which);
    Params<float> params{ParamLayout(graph)};
    initialize(params, 1);
    const auto channels = static_cast<std::size_t>(graph.input_shape().c);
    Preprocessing pre;
    pre.input = graph.input_shape();
    pre.points = 2;
    pre.mirror = {1, 0};
    pre.mean.assign(channels, 127.0F);
    pre.deviation.assign(channels, 64.0F);
    put(out / "graph" / ("small" + std::to_string(which)), graph_to_json(graph));
    const fs::path file = out / "safetensors" / ("small" + std::to_string(which));
    fs::create_directories(file.parent_path());
    save_checkpoint(
        file,
        {{std::move(graph), std::move(params), std::move(pre), {{"seed", "1"}}}, {{"m", {1, 2}}}, {{"epoch", "1"}}});
    // Without checksums, which no mutation would get right.
    const SafetensorsFile saved(file);
    Metadata metadata = saved.metadata();
    metadata.erase("checksum");
    std::vector<TensorView> tensors;
    for (const auto& t : saved.tensors()) tensors.push_back({t.name, t.dtype, t.dims, saved.bytes(t)});
    write_safetensors(file, tensors, metadata);
  }
  // Small enough that one mutation can reach all of it.
  Graph one({8, 8, 3});
  one.add("o", make_dense({.units = 2}));
  put(out / "graph" / "one", graph_to_json(one));
  Graph streams({8, 8, 3});
  const int other = streams.add_input("other", {8, 8, 3});
  streams.add("c", make_conv2d({.out_channels = 2}), {0});
  streams.add("d", make_conv2d({.out_channels = 2}), {other}, "c");
  streams.add("s", make_stop_gradient());
  const int pose = streams.add("p", make_dense({.units = 3}));
  streams.set_output(streams.add("o", make_dense({.units = 2}), {2}));
  streams.add_output({"pose", pose, true});
  put(out / "graph" / "streams", graph_to_json(streams));
  for (const ZooEntry& entry : zoo()) {
    put(out / "graph" / std::string(entry.name), graph_to_json(make_network(entry.name, {.points = 5})));
  }
}

void texts(const fs::path& out) {
  TrainOptions options;
  options.data = {"synth:20"};
  put(out / "config_toml" / "defaults", config_text(options, {}));
  put(out / "sweep_file" / "grid",
      "data = [\"synth:20\"]\nepochs = 2\n[sweep]\nlr = [1e-3, 1e-2]\nbatch = [8, 16]\nseeds = [1, 2]\n");
  put(out / "sweep_file" / "draw",
      "[sweep]\ncount = 3\nseed = 7\nlr = { from = 1e-4, to = 1e-2, log = true }\nbatch = { from = 4, to = 32 }\n"
      "augment = [\"none\", \"full\"]\n[[sweep.variant]]\nname = \"a\"\noptimizer = \"sgd\"\n");
  put(out / "network_toml" / "small",
      "input = [8, 8, 3]\n[[layer]]\nkind = \"conv2d\"\nname = \"stem\"\nout_channels = 4\nstride = 2\nactivation = "
      "\"relu\"\n[[layer]]\nkind = \"batch_norm\"\n[[layer]]\nkind = \"max_pool\"\nwindow = 2\n[[layer]]\nkind = "
      "\"landmarks\"\n");
  put(out / "network_toml" / "one", "[[layer]]\nkind = \"landmarks\"\n");
  put(out / "network_toml" / "maps",
      "input = [8, 8, 1]\n[[layer]]\nkind = \"conv2d\"\nname = \"a\"\nout_channels = 4\n[[layer]]\nkind = "
      "\"conv2d\"\ninputs = [\"a\"]\nout_channels = 4\n[[layer]]\nkind = \"add\"\ninputs = [\"a\", "
      "\"conv2d2\"]\n[[layer]]\nkind = \"heatmaps\"\n");
  std::map<std::string, std::string> state;
  Position position;
  position.best_error = 3.5;
  position.save(state);
  Schedule(ScheduleOptions{}).save(state);
  std::string lines;
  for (const auto& [key, value] : state) lines += key + " " + value + "\n";
  put(out / "resume_state" / "start", lines);
  fs::create_directories(out / "metrics_csv");
  MetricsCsv metrics(out / "metrics_csv" / "two");
  metrics.append({.epoch = 1, .step = 10, .lr = 0.1, .train_loss = 2.5});
  metrics.append({.epoch = 2, .step = 20, .lr = 0.01, .train_loss = 1.5});
  const std::vector<std::string> names = {"a.jpg", "b, c.png"};
  const std::vector<Landmarks> rows = {{{1, 2, 3.5F, 4}, {1, 1}}, {{0, 0, 7, 8}, {0, 1}}};
  put(out / "gt_csv" / "two", points_csv(names, rows, 2));
  put(out / "imglab" / "two",
      "<?xml version='1.0' encoding='UTF-8'?>\n<dataset>\n<images>\n<image file='a.jpg'>\n"
      "<box top='1' left='2' width='30' height='40'>\n<part name='00' x='3' y='4'/>\n<part name='01' x='5.5' y='-6'/>\n"
      "</box>\n</image>\n<image file='b.png'><box ignore='1'/></image>\n</images>\n</dataset>\n");
  put(out / "coco" / "two",
      "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\"}, {\"id\": \"b\", \"file_name\": "
      "\"b.png\"}],\n\"categories\": "
      "[{\"id\": 1, \"keypoints\": [\"left\", \"right\"]}],\n\"annotations\": [{\"id\": 7, \"image_id\": 1, "
      "\"category_id\": 1, \"iscrowd\": 0, \"keypoints\": [1, 2, 2, 3.5, 4e0, 1]}, {\"image_id\": \"b\", "
      "\"category_id\": 1, \"keypoints\": [0, 0, 0, 5, 6, 2]}]}\n");
  put(out / "pts" / "two", "version: 1\nn_points: 2\n{\n1 2.5\n-3 4\n}\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
    return 2;
  }
  const fs::path out = argv[1];
  images(out / "image");
  models(out);
  texts(out);
  return 0;
}
