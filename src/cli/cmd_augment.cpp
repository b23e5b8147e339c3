// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/data_arguments.hpp"
#include "cli/result_files.hpp"
#include "cli/train_arguments.hpp"
#include "core/file.hpp"
#include "data/augment_sheet.hpp"
#include "data/image_write.hpp"
#include "fpcpu/error.hpp"
#include "options/augmentation.hpp"
#include "options/config.hpp"
#include "train/setup.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kAugmentExamples = R"(
Examples:
  fpcpu augment synth:40 --out sheet.png
  fpcpu augment faces --out sheet.png --augment full --count 12
  fpcpu augment faces --out sheet.png --augment none --aug-rotation 45 --aug-jpeg-chance 1 --aug-jpeg-low 5
)";

constexpr int kUsualSide = 96;

/// The options of training that decide what a training image looks like.
bool is_about_images(const ConfigKey& key) {
  constexpr std::array<std::string_view, 3> kOthers = {"mirror", "input-size", "channels"};
  if (key.group == "augmentation") return key.name != "aug-calm";
  return std::find(kOthers.begin(), kOthers.end(), key.name) != kOthers.end();
}

TrainOptions usual_options() {
  TrainOptions options;
  options.augment = "full";
  options.input_size = kUsualSide;
  options.channels = 3;
  return options;
}

TrainOptions read_options(const Arguments& a) {
  TrainOptions options = usual_options();
  for (const ConfigKey& key : config_keys()) {
    const std::string name(key.name);
    if ((is_about_images(key) || name == "seed") && a.has(name)) set_option(options, key, a.text(name));
  }
  if (!options.input_size.is_set()) options.input_size = kUsualSide;
  if (options.channels == 0) options.channels = 3;
  check_options(options);
  return options;
}

}  // namespace

int run_augment(const std::vector<std::string_view>& arguments) {
  Arguments a("augment", "augment DATA --out SHEET.png [options]",
              "Draws what training does to faces: each augmentation alone and all together.", kAugmentExamples);
  a.option("out", "FILE", "picture to write, .png or .jpg (required)", "output");
  a.option("count", "N", "faces in a row (8)", "output");
  ResultFiles::add_option(a);
  for (const ConfigKey& key : config_keys()) {
    if (is_about_images(key)) add_train_option(a, key, usual_options());
  }
  add_data_options(a);
  if (!a.parse(arguments)) return kDone;
  if (a.positional().size() != 1 || !a.has("out")) {
    throw Error(ErrorCode::usage, "fpcpu augment needs faces and a file, e.g. fpcpu augment synth:40 --out sheet.png");
  }
  const std::filesystem::path out = text_path(a.text("out"));
  TrainOptions options = read_options(a);
  ResultFiles(a.has("overwrite")).check("--out", out, is_own_drawing);
  const DatasetPtr data = open_data(a, a.positional().front());
  SheetOptions sheet;
  sheet.count = static_cast<int>(a.integer("count", sheet.count, 1, 64));
  sheet.seed = options.seed;
  sheet.preprocessing =
      measure_points(options, {.train = data}, {options.input_size.height, options.input_size.width, options.channels},
                     [](const std::string& text) { std::fprintf(stderr, "note: %s\n", text.c_str()); });
  sheet.augment = augment_options(options, options.channels);
  ResultFiles results(a.has("overwrite"));
  for (std::size_t i = 0; i < data->size(); ++i) results.keep(data->file(i), "an image of the data set");
  results.check("--out", out, is_own_drawing);
  write_drawing(out, augment_sheet(*data, sheet));
  if (!a.quiet()) {
    std::printf("%zu rows of %d faces in %s\n", sheet_rows(sheet.augment).size(), sheet.count, a.text("out").c_str());
  }
  return kDone;
}

}  // namespace fpcpu::cli
