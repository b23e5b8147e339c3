// SPDX-License-Identifier: MIT
#include "search/sweep_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "core/rng.hpp"
#include "fpcpu/error.hpp"
#include "options/config.hpp"
#include "search/sweep_content.hpp"
#include "train/learner.hpp"
#include "train/setup.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kMaxSettings = 100'000;
constexpr int kMaxDraws = 1000;  // of one setting, until it is none of the earlier ones

double number_of(const AttributeValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  const auto* real = std::get_if<double>(&value);
  return real != nullptr ? *real : std::nan("");
}

/// Four digits are enough for a draw, and what is printed is then exactly what is used.
double rounded(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 3).ptr;
  std::from_chars(text.data(), end, value);
  return value;
}

bool is_whole_number(const ConfigKey& key) {
  return std::holds_alternative<int TrainOptions::*>(key.field) ||
         std::holds_alternative<std::uint64_t TrainOptions::*>(key.field) ||
         std::holds_alternative<InputSize TrainOptions::*>(key.field);
}

/// Turns the content of a file into settings and trainings.
class Expander {
 public:
  Expander(SweepContent content, std::string file) : content_(std::move(content)), file_(std::move(file)) {
    if (!content_.has_sweep) fail(0, "there is no [sweep] with lists, ranges or variants.");
    apply(base_, content_.base);
    if (content_.seeds.empty()) content_.seeds = {base_.seed};
    check_variants();
    for (const SweepAxis& axis : content_.axes) check_axis(axis);
  }

  SweepPlan expand() {
    std::map<std::size_t, SweepVariant> variants = content_.variants;
    if (variants.empty()) variants[0] = {};
    for (const auto& [position, variant] : variants) {
      if (content_.count > 0) {
        draw(variant);
      } else {
        std::vector<TomlEntries> chosen;
        grid(variant, chosen);
      }
    }
    if (plan_.settings.size() * content_.seeds.size() > kMaxSettings) {
      fail(0, "more than " + std::to_string(kMaxSettings) + " trainings.");
    }
    for (std::size_t s = 0; s < plan_.settings.size(); ++s) add_runs(s);
    check_runs();
    return std::move(plan_);
  }

 private:
  [[noreturn]] void fail(int line, const std::string& what) const {
    throw Error(ErrorCode::usage, file_ + (line > 0 ? " line " + std::to_string(line) : "") + ": " + what);
  }

  /// What check_options says, or nothing.
  static std::string complaint(const TrainOptions& options) {
    try {
      check_options(options);
      return {};
    } catch (const Error& e) {
      return e.what();
    }
  }

  /// Sets options and checks them, naming the line of the first entry without which they are in order.
  void apply(TrainOptions& options, const TomlEntries& entries) const {
    const TrainOptions before = options;
    apply_entries(options, entries, file_);
    const std::string wrong = complaint(options);
    if (wrong.empty()) return;
    const auto is_wrong = [&](std::size_t count) {
      TrainOptions part = before;
      apply_entries(part, std::span(entries).first(count), file_);
      return complaint(part) == wrong;
    };
    // Halved instead of tried one by one: a list of a stranger may have a hundred thousand entries.
    std::size_t right = 0;
    std::size_t last = entries.size();
    while (last - right > 1) {
      const std::size_t middle = right + (last - right) / 2;
      (is_wrong(middle) ? last : right) = middle;
    }
    fail(last > 0 ? entries[last - 1].line : 0, wrong);
  }

  void check_variants() const {
    std::set<std::string> names;
    for (const auto& [position, variant] : content_.variants) {
      if (variant.name.empty()) fail(variant.line, "a variant needs a name.");
      if (!names.insert(variant.name).second)
        fail(variant.line, "two variants are called '" + excerpt(variant.name) + "'.");
      TrainOptions options = base_;
      apply(options, variant.entries);
    }
  }

  void check_axis(const SweepAxis& axis) const {
    TrainOptions options = base_;
    for (const auto& [position, entries] : axis.choices) apply(options, entries);
    const SweepInterval& i = axis.interval;
    if (!axis.choices.empty() && !i.from && !i.to) return;
    if (!axis.is_interval() || !i.from || !i.to) {
      fail(axis.line, "'" + axis.option + "': expected a list or a range {from = A, to = B, log = true}.");
    }
    if (content_.count == 0)
      fail(axis.line, "'" + axis.option + "' is a range; say how many settings to draw with count = N.");
    apply(options, {*i.from});
    apply(options, {*i.to});
    const double from = number_of(i.from->value);
    const double to = number_of(i.to->value);
    if (!(from < to)) fail(axis.line, "'" + axis.option + "': a range needs numbers with from < to.");
    if (i.log && !(from > 0)) fail(axis.line, "'" + axis.option + "': a logarithmic range needs from above 0.");
  }

  void grid(const SweepVariant& variant, std::vector<TomlEntries>& chosen) {
    if (chosen.size() == content_.axes.size()) {
      if (!add_setting(variant, chosen)) fail(content_.axes.front().line, "the same setting is there twice.");
      return;
    }
    for (const auto& [position, entries] : content_.axes[chosen.size()].choices) {
      chosen.push_back(entries);
      grid(variant, chosen);
      chosen.pop_back();
    }
  }

  void draw(const SweepVariant& variant) {
    std::uint64_t number = 0;
    for (std::int64_t i = 0; i < content_.count; ++i) {
      bool is_new = false;
      for (int tries = 0; tries < kMaxDraws && !is_new; ++tries) is_new = add_setting(variant, draw_one(number++));
      if (!is_new) fail(content_.count_line, "count asks for more settings than the lists hold.");
    }
  }

  [[nodiscard]] std::vector<TomlEntries> draw_one(std::uint64_t number) const {
    std::vector<TomlEntries> chosen;
    for (std::size_t a = 0; a < content_.axes.size(); ++a) {
      const SweepAxis& axis = content_.axes[a];
      Rng rng(content_.seed, RandomUse::sweep, number, a);
      if (axis.is_interval()) {
        chosen.push_back({{axis.option, draw_number(axis, static_cast<double>(rng.uniform())), axis.line}});
      } else {
        auto choice = axis.choices.begin();
        std::advance(choice, rng.below(static_cast<std::uint32_t>(axis.choices.size())));
        chosen.push_back(choice->second);
      }
    }
    return chosen;
  }

  /// @param part in [0, 1)
  static AttributeValue draw_number(const SweepAxis& axis, double part) {
    double low = number_of(axis.interval.from->value);
    double high = number_of(axis.interval.to->value);
    const bool whole = is_whole_number(*find_config_key(axis.option));
    // Both ends of a whole range get the share of the numbers between them.
    const double room = whole ? 0.5 : 0.0;
    const double from = axis.interval.log ? std::log(low - room) : low - room;
    const double to = axis.interval.log ? std::log(high + room) : high + room;
    const double value = axis.interval.log ? std::exp(from + part * (to - from)) : from + part * (to - from);
    if (whole)
      return std::clamp(static_cast<std::int64_t>(std::llround(value)), static_cast<std::int64_t>(low),
                        static_cast<std::int64_t>(high));
    return std::clamp(rounded(value), low, high);
  }

  /// False if the setting is there already.
  bool add_setting(const SweepVariant& variant, const std::vector<TomlEntries>& chosen) {
    if (plan_.settings.size() >= kMaxSettings) fail(0, "more than " + std::to_string(kMaxSettings) + " settings.");
    TrainOptions options = base_;
    apply(options, variant.entries);
    SweepSetting setting;
    setting.name = variant.name;
    if (!variant.name.empty()) setting.values.emplace_back("variant", variant.name);
    for (std::size_t a = 0; a < chosen.size(); ++a) {
      apply_entries(options, chosen[a], file_);
      const ConfigKey& key = *find_config_key(content_.axes[a].option);
      const std::string value = option_text(options, key);
      setting.values.emplace_back(key.name, value);
      if (!setting.name.empty()) setting.name += ' ';
      setting.name.append(key.name).append("=").append(value);
    }
    if (printable(setting.name) != setting.name) {
      fail(variant.line, "'" + excerpt(setting.name) + "' has control characters; results are shown under this name.");
    }
    if (setting.name.empty()) setting.name = "base";
    if (!names_.insert(setting.name).second) return false;
    plan_.settings.push_back(std::move(setting));
    options_.push_back(std::move(options));
    return true;
  }

  void add_runs(std::size_t s) {
    std::string number = std::to_string(s + 1);
    number.insert(0, number.size() < 3 ? 3 - number.size() : 0, '0');
    std::string label = plan_.settings[s].name.substr(0, 60);
    for (char& c : label) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                         std::string_view("._-=").find(c) != std::string_view::npos;
      if (!plain) c = '_';
    }
    for (const std::uint64_t seed : content_.seeds) {
      SweepRun run{number + "-" + label + "-seed" + std::to_string(seed), s, options_[s]};
      run.options.seed = seed;
      plan_.runs.push_back(std::move(run));
    }
  }

  static std::string data_text(const TrainOptions& options) {
    std::string text;
    for (const ConfigKey& key : config_keys()) {
      if (key.group == "data") text += option_text(options, key) + '\n';
    }
    return text;
  }

  /// What only the whole of the options shows: whether the network, its output and the loss fit.
  void check_runs() const {
    std::map<std::string, int> points;  // of what stands in the options about data
    for (const SweepRun& run : plan_.runs) {
      try {
        TrainOptions options = run.options;
        check_options(options);
        if (options.val.empty() && options.val_split <= 0) {
          throw Error(ErrorCode::usage, "a ranking needs validation faces; give val or a val_split above 0.");
        }
        if (options.lr == 0) options.lr = 1;  // the optimizer's usual rate, which is in order
        (void)Schedule(schedule_options(options, 1));
        const std::string data = data_text(options);
        auto known = points.find(data);
        if (known == points.end()) known = points.emplace(data, open_all(options)->points()).first;
        (void)make_loss(options.loss, *build_network(options, known->second).graph.head());
      } catch (const Error& e) {
        throw Error(e.code(), file_ + ": setting '" + excerpt(plan_.settings[run.setting].name) + "': " + e.what());
      }
    }
  }

  SweepContent content_;
  std::string file_;
  TrainOptions base_;
  SweepPlan plan_;
  std::vector<TrainOptions> options_;  // of each setting
  std::set<std::string> names_;
};

}  // namespace

SweepPlan read_sweep_file(const std::filesystem::path& file) {
  return Expander(read_sweep_content(file), path_text(file)).expand();
}

}  // namespace fpcpu
