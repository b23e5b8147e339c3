// SPDX-License-Identifier: MIT
#include "train/places.hpp"

#include <filesystem>

#include "core/file.hpp"
#include "streams/target_stream.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

std::string absolute(const std::string& place) {
  if (place.empty() || place.starts_with("synth:")) return place;
  return path_text(fs::absolute(text_path(place)).lexically_normal());
}

std::string key_of(std::size_t i) { return "place_data_" + std::to_string(i); }
constexpr const char* kVal = "place_val";
constexpr const char* kImages = "place_images";

/// By the path in the recipe: if somebody writes another one there, it is that file.
std::string stream_key(const std::string& typed) { return "place_stream_" + typed; }

/// A whole project may have been moved, with the working directory.
std::string found(const std::string& typed, const saved_state::Texts& state, const std::string& key) {
  const auto saved = state.find(key);
  if (saved == state.end()) return absolute(typed);
  std::error_code ignored;
  const bool moved = !fs::exists(text_path(saved->second), ignored) && fs::exists(text_path(typed), ignored);
  return moved ? absolute(typed) : saved->second;
}

}  // namespace

void Places::save(saved_state::Texts& state) const {
  for (std::size_t i = 0; i < data.size(); ++i) state[key_of(i)] = data[i];
  state[kVal] = val;
  state[kImages] = images;
  for (const auto& [typed, place] : streams) state[stream_key(typed)] = place;
}

Places places_of(const TrainOptions& options) {
  Places places;
  for (const std::string& place : options.data) places.data.push_back(absolute(place));
  places.val = absolute(options.val);
  places.images = absolute(options.images);
  return places;
}

Places places_of(const TrainOptions& options, const saved_state::Texts& state) {
  Places places;
  for (std::size_t i = 0; i < options.data.size(); ++i) {
    places.data.push_back(found(options.data[i], state, key_of(i)));
  }
  places.val = found(options.val, state, kVal);
  places.images = found(options.images, state, kImages);
  return places;
}

void find_streams(Places& places, const std::vector<StreamSpec>& specs, const saved_state::Texts& state) {
  for (const StreamSpec& spec : specs) {
    const std::string typed = file_of(spec);
    if (!typed.empty()) places.streams[typed] = found(typed, state, stream_key(typed));
  }
}

TrainOptions with_places(TrainOptions options, const Places& places) {
  options.data = places.data;
  options.val = places.val;
  options.images = places.images;
  return options;
}

}  // namespace fpcpu
