// SPDX-License-Identifier: MIT
#include "options/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "core/cpu.hpp"
#include "core/duration.hpp"
#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "core/number_text.hpp"
#include "core/version.hpp"
#include "data/data_options.hpp"
#include "data/inspect/finding.hpp"
#include "data/normaliser.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/losses.hpp"
#include "heads/head.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"
#include "options/augmentation.hpp"

namespace fpcpu {

namespace {

using O = TrainOptions;
constexpr double kMany = 1e9;
constexpr std::array<std::string_view, 2> kExif = {"apply", "ignore"};
constexpr std::array<std::string_view, 2> kStarts = {"mean-shape", "zero"};

constexpr ConfigKey kKeys[] = {
    {"data", "data", "DIR",
     "training faces: DIR (gt.csv + images/), a table FILE.csv, or synth:N[:SEED]; may be repeated", &O::data},
    {"val", "data", "DIR", "validation faces; without it a part of --data is kept apart", &O::val},
    {"val-split", "data", "PART", "part of --data used for validation when --val is not given", &O::val_split, 0, 0.9},
    {"mirror", "data", "LIST",
     "which points swap in a mirror, e.g. \"3,2,1,0,...\"; derived from the mean shape if empty", &O::mirror},
    {"accept", "data", "ID,ID",
     "findings about the data that you mean so: unit, frame, missing, order, point, outlier, doubles, exif",
     &O::accept},
    {"cache-mb", "data", "MB", "memory for decoded images", &O::cache_mb, 0, kMany},
    {"images", "data", "DIR", "folder of the images; images/ beside the table or the table's own folder if empty",
     &O::images},
    {"missing", "data", "VALUE", "a point with this number as x and as y is not visible, e.g. 0 or -1", &O::missing},
    {"exif", "data", "WHAT", "apply: turn images as their EXIF orientation says; ignore: pixels as stored", &O::exif},
    {"max-pixels", "data", "N", "width x height that an image may have", &O::max_pixels, 1, kMany},
    {"skip-bad", "data", "", "leave out rows whose image cannot be read; skipped.csv in the run folder lists them",
     &O::skip_bad},
    {"subset", "data", "N|PART", "a random part of --data, chosen by --seed: 500 faces, or 0.1 of them", &O::subset},
    {"augment", "augmentation", "PRESET", "none, basic or full; a range below replaces the preset's, -1 = the preset's",
     &O::augment},
    {"aug-mirror", "augmentation", "CHANCE", "chance of mirroring the face; left and right points are exchanged",
     &O::aug_mirror, -1, 1},
    {"aug-rotation", "augmentation", "DEG", "rotation by up to so many degrees either way", &O::aug_rotation, -1, 180},
    {"aug-rotation-chance", "augmentation", "CHANCE", "chance of rotating at all", &O::aug_rotation_chance, -1, 1},
    {"aug-scale", "augmentation", "PART", "scaling by a factor of 1-PART to 1+PART", &O::aug_scale, -1, 0.75},
    {"aug-shift", "augmentation", "PART", "shift by up to this part of each side", &O::aug_shift, -1, 0.5},
    {"aug-perspective", "augmentation", "PART", "each corner moves by up to this part of the sides",
     &O::aug_perspective, -1, 0.25},
    {"aug-crop", "augmentation", "PART", "crops up to this part off each side, never a point", &O::aug_crop, -1, 0.5},
    {"aug-crop-chance", "augmentation", "CHANCE", "chance of cropping at all", &O::aug_crop_chance, -1, 1},
    {"aug-brightness", "augmentation", "X", "adds or subtracts up to this part of the range of values",
     &O::aug_brightness, -1, 1},
    {"aug-contrast", "augmentation", "X", "contrast times 1/(1+X) to 1+X, around the mean", &O::aug_contrast, -1, 8},
    {"aug-gamma", "augmentation", "X", "gamma curve with an exponent of 1/(1+X) to 1+X", &O::aug_gamma, -1, 8},
    {"aug-hue", "augmentation", "X", "turns hues by up to this part of the colour circle", &O::aug_hue, -1, 0.5},
    {"aug-saturation", "augmentation", "X", "saturation times 1-X to 1+X", &O::aug_saturation, -1, 1},
    {"aug-value", "augmentation", "X", "brightness (V of HSV) times 1-X to 1+X", &O::aug_value, -1, 1},
    {"aug-gray", "augmentation", "CHANCE", "chance of turning gray", &O::aug_gray, -1, 1},
    {"aug-occlusion", "augmentation", "PART", "a box of up to this part of each side covers something",
     &O::aug_occlusion, -1, 1},
    {"aug-occlusion-chance", "augmentation", "CHANCE", "chance of covering something", &O::aug_occlusion_chance, -1, 1},
    {"aug-blur", "augmentation", "PX", "Gaussian blur of up to this sigma, for an input of 100 px", &O::aug_blur, -1,
     8},
    {"aug-blur-chance", "augmentation", "CHANCE", "chance of blurring", &O::aug_blur_chance, -1, 1},
    {"aug-noise", "augmentation", "X", "Gaussian noise of up to this sigma, 1 = the range of values", &O::aug_noise, -1,
     1},
    {"aug-noise-chance", "augmentation", "CHANCE", "chance of noise", &O::aug_noise_chance, -1, 1},
    {"aug-jpeg-chance", "augmentation", "CHANCE", "chance of JPEG artefacts", &O::aug_jpeg_chance, -1, 1},
    {"aug-jpeg-low", "augmentation", "Q", "lowest JPEG quality", &O::aug_jpeg_low, -1, 100},
    {"aug-jpeg-high", "augmentation", "Q", "highest JPEG quality", &O::aug_jpeg_high, -1, 100},
    {"aug-calm", "augmentation", "PART",
     "in this last part of the epochs colours change half as much, and gray, occlusion, blur, noise and JPEG are off",
     &O::aug_calm, -1, 1},
    {"model", "network", "NAME", "small, base, bn, resnet18, pfld, hourglass or a .toml file with your own network",
     &O::model},
    {"input-size", "network", "PX", "side of the network's input, or 96x112 = width x height; 0 = the network's own",
     &O::input_size, 0, 1024},
    {"channels", "network", "N", "channels of the input: 1 = gray, 3 = colour; 0 = the network's own", &O::channels, 0,
     3},
    {"head", "network", "NAME",
     "what the network's output means: coordinates, or heatmaps:sigma=1 (map pixels); auto = the network's own",
     &O::head},
    {"dropout", "network", "RATE", "rate of the dropout layers; -1 = the network's own", &O::dropout, -1, 0.99},
    {"precision", "network", "NAME",
     "fp32 or bf16: factors of convolutions and dense layers rounded to bfloat16, except in the last layer",
     &O::precision},
    {"epochs", "learning", "N", "number of epochs (passes over the data)", &O::epochs, 1, kMany},
    {"time", "learning", "TIME", "90s, 10m, 1h30m: as many epochs as fit, by the speed measured first", &O::time},
    {"batch", "learning", "N", "images per step", &O::batch, 1, 4096},
    {"optimizer", "learning", "NAME", "sgd, nesterov, rmsprop, adam or adamw", &O::optimizer},
    {"lr", "learning", "RATE", "highest learning rate; 0 = the optimizer's usual one", &O::lr, 0, 1000},
    {"momentum", "learning", "X",
     "momentum of sgd, nesterov and rmsprop; beta1 of adam and adamw; -1 = the optimizer's usual one", &O::momentum, -1,
     0.9999},
    {"beta2", "learning", "X", "smoothing of squared gradients; -1 = the optimizer's usual one", &O::beta2, -1,
     0.999999},
    {"weight-decay", "learning", "X", "L2 regularisation of weights (decoupled for adamw)", &O::weight_decay, 0, 10},
    {"l1", "learning", "X", "L1 regularisation of weights", &O::l1, 0, 10},
    {"clip", "learning", "NORM", "largest norm of the gradient; 0 = off", &O::clip, 0, kMany},
    {"schedule", "learning", "NAME", "constant, step, multi-step, exponential, plateau, cosine or one-cycle",
     &O::schedule},
    {"warmup", "learning", "EPOCHS", "epochs over which the learning rate rises from 0", &O::warmup, 0, kMany},
    {"drop-every", "learning", "EPOCHS", "epochs between two drops of schedule step; 0 = a third of the run",
     &O::drop_every, 0, kMany},
    {"milestones", "learning", "LIST",
     "epochs of the drops of schedule multi-step, e.g. \"60,80\"; empty = 60 % and 85 % of the run", &O::milestones},
    {"gamma", "learning", "X", "factor of one drop of the learning rate (step, multi-step, plateau)", &O::gamma, 1e-6,
     1},
    {"plateau-patience", "learning", "EPOCHS", "epochs without improvement before plateau drops", &O::plateau_patience,
     0, kMany},
    {"final-ratio", "learning", "X", "last learning rate of exponential, cosine and one-cycle, relative to the highest",
     &O::final_ratio, 1e-9, 1},
    {"loss", "learning", "NAME",
     "mse, l1, smooth-l1:knee=2 or wing:w=10,epsilon=2; heatmap-mse for heat maps; auto = smooth-l1 or heatmap-mse",
     &O::loss},
    {"ema", "learning", "X", "decay of the moving average of weights that is judged and saved; 0 = off", &O::ema, 0,
     0.999999},
    {"patience", "learning", "EPOCHS", "stop after so many epochs without a better validation error; 0 = never",
     &O::patience, 0, kMany},
    {"start", "learning", "NAME", "what the untrained network answers: mean-shape or zero (the middle of the image)",
     &O::start},
    {"seed", "learning", "S", "seed of every random number", &O::seed, 0, 1e18},
    {"nme", "monitoring", "NAME",
     "what the NME divides by: inter-ocular, inter-pupil, box, diagonal or A-B (two points, counted from 1); auto = "
     "inter-ocular for 14, 68 and 98 points, else diagonal",
     &O::nme},
    {"checkpoint-every", "monitoring", "SECONDS",
     "seconds between two checkpoints, inside epochs too; 0 = after every epoch", &O::checkpoint_every, 0, kMany},
    {"tensorboard", "monitoring", "", "also write event files for TensorBoard into the run folder", &O::tensorboard},
};

[[noreturn]] void bad_value(const ConfigKey& key, std::string_view text, const std::string& wanted) {
  throw Error(ErrorCode::usage, "--" + std::string(key.name) + " " + excerpt(text) + ": expected " + wanted + ".");
}

template <class T>
T parse(const ConfigKey& key, std::string_view text, const char* what) {
  T value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = result.ec == std::errc{} && result.ptr == text.data() + text.size();
  // Not a number is in no range.
  if (!whole || !(static_cast<double>(value) >= key.low && static_cast<double>(value) <= key.high)) {
    const std::string range = key.high >= kMany ? "at least " + exact_text(key.low)
                                                : "from " + exact_text(key.low) + " to " + exact_text(key.high);
    bad_value(key, text, std::string(what) + " " + range);
  }
  return value;
}

/// "96" or "96x112".
InputSize parse_size(const ConfigKey& key, std::string_view text) {
  const std::size_t cross = std::min(text.find('x'), text.size());
  const auto side = [&](std::string_view digits) {
    int value = -1;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = result.ec == std::errc{} && result.ptr == digits.data() + digits.size();
    return whole && value >= static_cast<int>(key.low) && value <= static_cast<int>(key.high) ? value : -1;
  };
  const int width = side(text.substr(0, cross));
  const int height = cross == text.size() ? width : side(text.substr(cross + 1));
  if (std::min(width, height) < 0 || (width == 0) != (height == 0)) {
    bad_value(key, text, "a side or width x height, such as 96 or 96x112, each from 1 to " + exact_text(key.high));
  }
  return {width, height};
}

struct Setter {
  TrainOptions& options;
  const ConfigKey& key;
  std::string_view text;
  void operator()(bool O::*f) const {
    if (text != "true" && text != "false") bad_value(key, text, "true or false");
    options.*f = text == "true";
  }
  void operator()(int O::*f) const { options.*f = parse<int>(key, text, "a whole number"); }
  void operator()(std::uint64_t O::*f) const { options.*f = parse<std::uint64_t>(key, text, "a whole number"); }
  void operator()(double O::*f) const { options.*f = parse<double>(key, text, "a number"); }
  void operator()(float O::*f) const {
    const auto value = parse<float>(key, text, "-1 or a number");
    if (value < 0 && value != key.low) bad_value(key, text, "-1 or a number from 0 to " + exact_text(key.high));
    options.*f = value;
  }
  void operator()(InputSize O::*f) const { options.*f = parse_size(key, text); }
  void operator()(std::string O::*f) const { options.*f = std::string(text); }
  void operator()(std::vector<std::string> O::*f) const { (options.*f).emplace_back(text); }
};

struct Getter {
  const TrainOptions& options;
  std::string operator()(bool O::*f) const { return options.*f ? "true" : "false"; }
  std::string operator()(int O::*f) const { return std::to_string(options.*f); }
  std::string operator()(std::uint64_t O::*f) const { return std::to_string(options.*f); }
  std::string operator()(double O::*f) const { return exact_text(options.*f); }
  std::string operator()(float O::*f) const { return exact_text(options.*f); }
  std::string operator()(InputSize O::*f) const { return to_string(options.*f); }
  std::string operator()(std::string O::*f) const { return options.*f; }
  std::string operator()(std::vector<std::string> O::*f) const {
    std::string all;
    for (const std::string& s : options.*f) all += (all.empty() ? "" : " ") + s;
    return all;
  }
};

/// An option as config.toml writes it. A number without a point or exponent would be read back as an integer, which
/// set_option accepts for a double as well.
struct TomlWriter {
  const TrainOptions& options;
  std::string operator()(std::string O::*f) const { return to_toml(AttributeValue(options.*f)); }
  std::string operator()(std::vector<std::string> O::*f) const {
    std::string all = "[";
    for (const std::string& s : options.*f) all += (all.size() == 1 ? "" : ", ") + to_toml(AttributeValue(s));
    return all + "]";
  }
  std::string operator()(InputSize O::*f) const {
    const std::string size = to_string(options.*f);
    return size.find('x') == std::string::npos ? size : to_toml(AttributeValue(size));
  }
  template <class T>
  std::string operator()(T O::*f) const {
    return Getter{options}(f);
  }
};

std::string file_name_of(std::string_view option) {
  std::string name(option);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

template <class Names>
void check_name(std::string_view option, const std::string& value, const Names& names) {
  if (std::find(names.begin(), names.end(), value) != names.end()) return;
  throw Error(ErrorCode::usage,
              "--" + std::string(option) + " " + excerpt(value) + " is not known." + suggest(value, names));
}

std::string text_of(const AttributeValue& value) {
  struct Visitor {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const { return exact_text(d); }
    std::string operator()(const std::string& s) const { return s; }
  };
  return std::visit(Visitor{}, value);
}

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

void set_option(TrainOptions& options, const ConfigKey& key, std::string_view text) {
  std::visit(Setter{options, key, text}, key.field);
}

std::string option_text(const TrainOptions& options, const ConfigKey& key) {
  return std::visit(Getter{options}, key.field);
}

void check_options(const TrainOptions& options) {
  check_name("optimizer", options.optimizer, optimizer_names());
  check_name("schedule", options.schedule, schedule_names());
  if (options.loss != "auto") (void)make_loss(options.loss);
  if (options.head != "auto") (void)make_head(options.head);
  check_name("start", options.start, kStarts);
  check_normaliser(options.nme);
  if (!options.time.empty()) (void)parse_duration(options.time);
  (void)parse_accept(options.accept);
  if (!options.automatic && (options.batch < 1 || (options.epochs < 1 && options.time.empty()))) {
    throw Error(ErrorCode::usage, "batch or epochs is 0; give both, or let --auto choose.");
  }
  (void)parse_precision(options.precision);
  std::vector<std::string> places = options.data;
  if (!options.val.empty()) places.push_back(options.val);
  check_data_options(data_options(options));
  check_effect(data_options(options), places);
  check_augmentation(options, options.channels);
  if (options.channels == 2) throw Error(ErrorCode::usage, "--channels 2: expected 1 (gray) or 3 (colour).");
  if (options.data.empty()) throw Error(ErrorCode::usage, "no training data; give --data DIR or --data synth:N.");
  if (std::find(options.data.begin(), options.data.end(), options.val) != options.data.end()) {
    throw Error(ErrorCode::usage,
                "--val and --data both name '" + options.val +
                    "': the error would mean nothing. Leave --val out to keep a part of the data apart.");
  }
}

DataOptions data_options(const TrainOptions& options) {
  check_name("exif", options.exif, kExif);
  DataOptions data;
  data.image.turn = options.exif == "apply";
  data.image.max_pixels = options.max_pixels;
  data.images = options.images;
  data.missing = options.missing;
  data.skip_bad = options.skip_bad;
  data.subset = options.subset;
  data.seed = options.seed;
  return data;
}

const ConfigKey* find_config_key(std::string_view name) {
  const auto* key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                 [&](const ConfigKey& k) { return file_name_of(k.name) == name; });
  return key == std::end(kKeys) ? nullptr : key;
}

void read_config(const std::filesystem::path& file, TrainOptions& options) {
  apply_entries(options, read_toml(file), file.string());
}

void apply_entries(TrainOptions& options, std::span<const TomlEntry> entries, const std::string& file) {
  bool data_seen = false;
  for (const TomlEntry& entry : entries) {
    if (entry.key == "version") continue;
    const std::string name = entry.key.substr(0, entry.key.find('['));
    const ConfigKey* key = find_config_key(name);
    const std::string where = file + " line " + std::to_string(entry.line) + ": ";
    if (key == nullptr) {
      std::vector<std::string> names;
      for (const ConfigKey& k : kKeys) names.push_back(file_name_of(k.name));
      throw Error(ErrorCode::usage, where + "unknown option '" + excerpt(name) + "'." + suggest(name, names));
    }
    const bool is_list = std::holds_alternative<std::vector<std::string> O::*>(key->field);
    if (entry.key.size() != name.size() && (!is_list || std::count(entry.key.begin(), entry.key.end(), '[') > 1)) {
      throw Error(ErrorCode::usage, where + "'" + name + "' takes one value, not a list.");
    }
    if (key->name == "data" && !data_seen) {
      options.data.clear();
      data_seen = true;
    }
    try {
      set_option(options, *key, text_of(entry.value));
    } catch (const Error& e) {
      throw Error(e.code(), where + e.what());
    }
  }
}

std::string config_text(const TrainOptions& options, std::span<const std::string> comment) {
  std::string text;
  for (const std::string& line : comment) text += "# " + line + "\n";
  text += "version = \"" + std::string(kVersion) + "\"\n";
  std::string_view group;
  for (const ConfigKey& key : kKeys) {
    if (key.group != group) text += "\n# " + std::string(key.group) + "\n";
    group = key.group;
    text += file_name_of(key.name) + " = " + std::visit(TomlWriter{options}, key.field) + "\n";
  }
  return text;
}

}  // namespace fpcpu
