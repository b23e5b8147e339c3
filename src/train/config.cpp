#include "train/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "core/cpu.hpp"
#include "core/nearest.hpp"
#include "core/version.hpp"
#include "data/augment.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/losses.hpp"
#include "io/toml.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"

namespace fpcpu {

namespace {

using O = TrainOptions;
constexpr double kMany = 1e9;

constexpr ConfigKey kKeys[] = {
    {"data", "data", "DIR", "training faces: DIR (gt.csv + images/) or synth:N[:SEED]; may be repeated", &O::data},
    {"val", "data", "DIR", "validation faces; without it a part of --data is kept apart", &O::val},
    {"val-split", "data", "PART", "part of --data used for validation when --val is not given", &O::val_split, 0, 0.9},
    {"mirror", "data", "LIST",
     "which points swap in a mirror, e.g. \"3,2,1,0,...\"; derived from the mean shape if empty", &O::mirror},
    {"augment", "data", "PRESET", "none, basic or full", &O::augment},
    {"cache-mb", "data", "MB", "memory for decoded images", &O::cache_mb, 0, kMany},
    {"model", "network", "NAME", "small, base, bn, resnet18, pfld, hourglass or a .toml file with your own network",
     &O::model},
    {"input-size", "network", "PX", "side of the network's square input; 0 = the network's own", &O::input_size, 0,
     1024},
    {"dropout", "network", "RATE", "rate of the dropout layers; -1 = the network's own", &O::dropout, -1, 0.99},
    {"precision", "network", "NAME",
     "fp32 or bf16: factors of convolutions rounded to bfloat16, except in the last layer", &O::precision},
    {"epochs", "learning", "N", "times through the data", &O::epochs, 1, kMany},
    {"batch", "learning", "N", "images per step", &O::batch, 1, 4096},
    {"optimizer", "learning", "NAME", "sgd, nesterov, rmsprop, adam or adamw", &O::optimizer},
    {"lr", "learning", "RATE", "highest learning rate; 0 = the optimizer's usual one", &O::lr, 0, 1000},
    {"momentum", "learning", "X",
     "of sgd, nesterov and rmsprop; beta1 of adam and adamw; -1 = the optimizer's usual one", &O::momentum, -1, 0.9999},
    {"beta2", "learning", "X", "smoothing of squared gradients; -1 = the optimizer's usual one", &O::beta2, -1,
     0.999999},
    {"weight-decay", "learning", "X", "L2 regularisation of weights (decoupled for adamw)", &O::weight_decay, 0, 10},
    {"l1", "learning", "X", "L1 regularisation of weights", &O::l1, 0, 10},
    {"clip", "learning", "NORM", "largest norm of the gradient; 0 = off", &O::clip, 0, kMany},
    {"schedule", "learning", "NAME", "constant, step, multi-step, exponential, plateau, cosine or one-cycle",
     &O::schedule},
    {"warmup", "learning", "EPOCHS", "epochs in which the learning rate rises from 0", &O::warmup, 0, kMany},
    {"drop-every", "learning", "EPOCHS", "of schedule step; 0 = a third of the run", &O::drop_every, 0, kMany},
    {"milestones", "learning", "LIST", "of schedule multi-step, e.g. \"60,80\"; empty = 60 % and 85 % of the run",
     &O::milestones},
    {"gamma", "learning", "X", "factor of one drop of the learning rate (step, multi-step, plateau)", &O::gamma, 1e-6,
     1},
    {"plateau-patience", "learning", "EPOCHS", "epochs without improvement before plateau drops", &O::plateau_patience,
     0, kMany},
    {"final-ratio", "learning", "X", "last learning rate of exponential, cosine and one-cycle, relative to the highest",
     &O::final_ratio, 1e-9, 1},
    {"loss", "learning", "NAME",
     "mse, l1, smooth-l1 or wing; heatmap-mse for heat maps; auto = smooth-l1 or heatmap-mse", &O::loss},
    {"ema", "learning", "X", "decay of the moving average of weights that is judged and saved; 0 = off", &O::ema, 0,
     0.999999},
    {"patience", "learning", "EPOCHS", "stop after so many epochs without a better validation error; 0 = never",
     &O::patience, 0, kMany},
    {"seed", "learning", "S", "of every random number", &O::seed, 0, 1e18},
    {"tensorboard", "monitoring", "", "also write event files for TensorBoard into the run folder", &O::tensorboard},
};

[[noreturn]] void bad_value(const ConfigKey& key, std::string_view text, const std::string& wanted) {
  throw Error(ErrorCode::usage, "--" + std::string(key.name) + " " + std::string(text) + ": expected " + wanted + ".");
}

std::string short_number(double value) {
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

template <class T>
T parse(const ConfigKey& key, std::string_view text, const char* what) {
  T value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = result.ec == std::errc{} && result.ptr == text.data() + text.size();
  if (!whole || static_cast<double>(value) < key.low || static_cast<double>(value) > key.high) {
    const std::string range = key.high >= kMany ? "at least " + short_number(key.low)
                                                : "from " + short_number(key.low) + " to " + short_number(key.high);
    bad_value(key, text, std::string(what) + " " + range);
  }
  return value;
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
  void operator()(std::string O::*f) const { options.*f = std::string(text); }
  void operator()(std::vector<std::string> O::*f) const { (options.*f).emplace_back(text); }
};

struct Getter {
  const TrainOptions& options;
  std::string operator()(bool O::*f) const { return options.*f ? "true" : "false"; }
  std::string operator()(int O::*f) const { return std::to_string(options.*f); }
  std::string operator()(std::uint64_t O::*f) const { return std::to_string(options.*f); }
  std::string operator()(double O::*f) const { return short_number(options.*f); }
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
  throw Error(ErrorCode::usage, "--" + std::string(option) + " " + value + " is not known." + suggest(value, names));
}

std::string text_of(const AttributeValue& value) {
  struct Visitor {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const { return short_number(d); }
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
  if (options.loss != "auto") check_name("loss", options.loss, loss_names());
  (void)parse_precision(options.precision);
  (void)augment_preset(options.augment);
  if (options.data.empty()) throw Error(ErrorCode::usage, "no training data; give --data DIR or --data synth:N.");
  if (std::find(options.data.begin(), options.data.end(), options.val) != options.data.end()) {
    throw Error(ErrorCode::usage,
                "--val and --data both name '" + options.val +
                    "': the error would mean nothing. Leave --val out to keep a part of the data apart.");
  }
}

void read_config(const std::filesystem::path& file, TrainOptions& options) {
  bool data_seen = false;
  for (const TomlEntry& entry : read_toml(file)) {
    if (entry.key == "version") continue;
    const std::string name = entry.key.substr(0, entry.key.find('['));
    const auto* key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                   [&](const ConfigKey& k) { return file_name_of(k.name) == name; });
    const std::string where = file.string() + " line " + std::to_string(entry.line) + ": ";
    if (key == std::end(kKeys)) {
      std::vector<std::string> names;
      for (const ConfigKey& k : kKeys) names.push_back(file_name_of(k.name));
      throw Error(ErrorCode::usage, where + "unknown option '" + name + "'." + suggest(name, names));
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

std::string config_text(const TrainOptions& options) {
  std::string text =
      "# Repeat this run bit for bit: fpcpu train --config FILE\nversion = \"" + std::string(kVersion) + "\"\n";
  std::string_view group;
  for (const ConfigKey& key : kKeys) {
    if (key.group != group) text += "\n# " + std::string(key.group) + "\n";
    group = key.group;
    text += file_name_of(key.name) + " = " + std::visit(TomlWriter{options}, key.field) + "\n";
  }
  return text;
}

}  // namespace fpcpu
