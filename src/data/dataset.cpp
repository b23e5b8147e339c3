// SPDX-License-Identifier: MIT
#include "fpcpu/dataset.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>
#include <span>
#include <string_view>

#include "core/file.hpp"
#include "core/rng.hpp"
#include "data/data_options.hpp"
#include "data/folder_dataset.hpp"
#include "data/point_match.hpp"
#include "data/synth.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

/// Samples of other sets in a given order: what both concat and subset are.
class SelectedDataset final : public Dataset {
 public:
  struct Entry {
    const Dataset* data;
    std::size_t index;
  };

  SelectedDataset(std::vector<DatasetPtr> parts, std::vector<Entry> entries)
      : parts_(std::move(parts)), entries_(std::move(entries)), points_(parts_.front()->points()) {
    find_streams();
  }

  std::size_t size() const noexcept override { return entries_.size(); }
  int points() const noexcept override { return points_; }
  const std::string& name(std::size_t i) const override { return entries_[i].data->name(entries_[i].index); }
  int width(std::size_t i) const override { return entries_[i].data->width(entries_[i].index); }
  int height(std::size_t i) const override { return entries_[i].data->height(entries_[i].index); }
  const Landmarks& landmarks(std::size_t i) const override { return entries_[i].data->landmarks(entries_[i].index); }
  const std::vector<std::string>& point_names() const override { return parts_.front()->point_names(); }
  std::string place(std::size_t i) const override { return entries_[i].data->place(entries_[i].index); }
  std::filesystem::path file(std::size_t i) const override { return entries_[i].data->file(entries_[i].index); }
  int orientation(std::size_t i) const override { return entries_[i].data->orientation(entries_[i].index); }
  Image image(std::size_t i) const override { return entries_[i].data->image(entries_[i].index); }
  std::vector<OfferedStream> streams() const override { return streams_; }
  void stream(std::size_t i, std::size_t which, float* out) const override {
    const Entry& entry = entries_[i];
    entry.data->stream(entry.index, stream_places_.at(entry.data)[which], out);
  }

 private:
  /// Those that all parts have alike.
  void find_streams() {
    for (const OfferedStream& wanted : parts_.front()->streams()) {
      std::map<const Dataset*, std::size_t> places;  // a part may be given twice
      bool all_have_it = true;
      for (const DatasetPtr& part : parts_) {
        const auto offered = part->streams();
        const auto found = std::find_if(offered.begin(), offered.end(), [&](const OfferedStream& s) {
          return s.name == wanted.name && s.size == wanted.size && s.per_point == wanted.per_point;
        });
        all_have_it = all_have_it && found != offered.end();
        if (all_have_it) places[part.get()] = static_cast<std::size_t>(found - offered.begin());
      }
      if (!all_have_it) continue;
      streams_.push_back(wanted);
      for (const auto& [part, place] : places) stream_places_[part].push_back(place);
    }
  }

  std::vector<DatasetPtr> parts_;
  std::vector<OfferedStream> streams_;
  std::map<const Dataset*, std::vector<std::size_t>> stream_places_;  // in the streams of each part
  std::vector<Entry> entries_;
  int points_;
};

DatasetPtr open_synth(const std::string& where) {
  const char* p = where.data() + std::string_view("synth:").size();
  const char* end = where.data() + where.size();
  std::uint64_t count = 0;
  std::uint64_t seed = 1;
  auto parsed = std::from_chars(p, end, count);
  bool good = parsed.ec == std::errc{} && count > 0;
  if (good && parsed.ptr != end) {
    good = *parsed.ptr == ':';
    if (good) {
      parsed = std::from_chars(parsed.ptr + 1, end, seed);
      good = parsed.ec == std::errc{} && parsed.ptr == end;
    }
  }
  if (!good) throw Error(ErrorCode::usage, "'" + where + "' is not synth:N or synth:N:SEED, e.g. synth:2000:7.");
  return make_synth_dataset(static_cast<std::size_t>(count), seed);
}

}  // namespace

const std::vector<std::string>& Dataset::point_names() const {
  static const std::vector<std::string> none;
  return none;
}

DatasetPtr open_dataset(const std::string& where, const DataOptions& options, DataReport* report) {
  return open_datasets({where}, options, report);
}

DatasetPtr open_datasets(const std::vector<std::string>& places, const DataOptions& options, DataReport* report) {
  check_data_options(options);
  check_effect(options, places);
  std::vector<DatasetPtr> parts;
  for (const std::string& where : places) {
    parts.push_back(where.starts_with("synth:") ? open_synth(where) : open_faces(text_path(where), options, report));
  }
  return random_part(concat_datasets(std::move(parts), report), options);
}

DatasetPtr concat_datasets(std::vector<DatasetPtr> parts, DataReport* report) {
  if (parts.empty()) throw Error(ErrorCode::usage, "no data set was given.");
  if (parts.size() == 1) return parts.front();
  parts = in_one_order(std::move(parts), report);
  std::vector<SelectedDataset::Entry> entries;
  for (const DatasetPtr& part : parts) {
    for (std::size_t i = 0; i < part->size(); ++i) entries.push_back({part.get(), i});
  }
  return std::make_shared<SelectedDataset>(std::move(parts), std::move(entries));
}

DatasetPtr random_part(DatasetPtr all, const DataOptions& options) {
  const std::size_t count = subset_size(options, all->size());
  if (count == all->size()) return all;
  std::vector<std::size_t> order(all->size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(options.seed, RandomUse::subset);
  shuffle(std::span(order), rng);
  order.resize(count);
  std::sort(order.begin(), order.end());
  return subset(std::move(all), std::move(order));
}

DatasetPtr subset(DatasetPtr base, std::vector<std::size_t> indices) {
  std::vector<SelectedDataset::Entry> entries;
  entries.reserve(indices.size());
  for (const std::size_t i : indices) {
    if (i >= base->size()) {
      throw Error(ErrorCode::usage, "sample " + std::to_string(i) + " of a data set with " +
                                        std::to_string(base->size()) + " was asked for.");
    }
    entries.push_back({base.get(), i});
  }
  return std::make_shared<SelectedDataset>(std::vector<DatasetPtr>{std::move(base)}, std::move(entries));
}

std::vector<float> mean_shape(const Dataset& data) {
  const auto points = static_cast<std::size_t>(data.points());
  std::vector<double> sum(2 * points, 0);
  std::vector<double> count(points, 0);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Landmarks& marks = data.landmarks(i);
    for (std::size_t k = 0; k < points; ++k) {
      if (marks.visible[k] == 0) continue;
      sum[2 * k] += (marks.xy[2 * k] + 0.5) / data.width(i) - 0.5;
      sum[2 * k + 1] += (marks.xy[2 * k + 1] + 0.5) / data.height(i) - 0.5;
      count[k] += 1;
    }
  }
  std::vector<float> mean(2 * points);
  for (std::size_t j = 0; j < mean.size(); ++j) mean[j] = static_cast<float>(sum[j] / std::max(count[j / 2], 1.0));
  return mean;
}

}  // namespace fpcpu
