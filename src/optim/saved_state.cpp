// SPDX-License-Identifier: MIT
#include "optim/saved_state.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/foreign_text.hpp"
#include "core/number_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::saved_state {

namespace {

template <class Values>
const typename Values::mapped_type& entry(const Values& values, const std::string& key) {
  const auto it = values.find(key);
  if (it == values.end()) {
    throw Error(ErrorCode::format, "checkpoint: '" + key +
                                       "' is missing. It was saved with other settings (optimizer, momentum or EMA); "
                                       "resume with the settings of the saved run.");
  }
  return it->second;
}

[[noreturn]] void out_of_range(const Texts& texts, const std::string& key, const std::string& expected) {
  throw Error(ErrorCode::format,
              "checkpoint: '" + key + "' is '" + excerpt(entry(texts, key)) + "', expected " + expected + ".");
}

template <class Number>
Number number(const Texts& texts, const std::string& key) {
  const std::string& text = entry(texts, key);
  Number value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) {
    out_of_range(texts, key, "a number");
  }
  return value;
}

}  // namespace

void put(Arrays& arrays, const std::string& key, const AlignedBuffer<float>& values) {
  arrays[key].assign(values.begin(), values.end());
}
void put(Texts& texts, const std::string& key, std::int64_t value) { texts[key] = exact_text(value); }
void put(Texts& texts, const std::string& key, std::span<const std::int64_t> values) {
  std::string text;
  for (const std::int64_t value : values) text += (text.empty() ? "" : ",") + exact_text(value);
  texts[key] = text;
}
void put(Texts& texts, const std::string& key, double value) { texts[key] = exact_text(value); }

void get(const Arrays& arrays, const std::string& key, AlignedBuffer<float>& values) {
  const std::vector<float>& saved = entry(arrays, key);
  if (saved.size() != values.size()) {
    throw Error(ErrorCode::format, "checkpoint: '" + key + "' has " + std::to_string(saved.size()) +
                                       " numbers, expected " + std::to_string(values.size()) +
                                       ". It belongs to another network.");
  }
  std::copy(saved.begin(), saved.end(), values.begin());
}
std::int64_t get_integer(const Texts& texts, const std::string& key) { return number<std::int64_t>(texts, key); }
double get_number(const Texts& texts, const std::string& key) {
  const double value = number<double>(texts, key);
  if (std::isnan(value)) out_of_range(texts, key, "a number");
  return value;
}
std::int64_t get_count(const Texts& texts, const std::string& key, std::int64_t most) {
  const std::int64_t value = get_integer(texts, key);
  if (value < 0 || value > most) out_of_range(texts, key, "a whole number from 0 to " + std::to_string(most));
  return value;
}
void get_counts(const Texts& texts, const std::string& key, std::span<std::int64_t> values, std::int64_t most) {
  const std::string& text = entry(texts, key);
  const char* p = text.data();
  const char* const end = p + text.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto [stop, error] = std::from_chars(p, end, values[i]);
    const bool closed = i + 1 < values.size() ? stop != end && *stop == ',' : stop == end;
    if (error != std::errc{} || !closed || values[i] < 0 || values[i] > most) {
      out_of_range(texts, key,
                   std::to_string(values.size()) + " whole numbers from 0 to " + std::to_string(most) + " with commas");
    }
    p = stop + (i + 1 < values.size() ? 1 : 0);
  }
}
double get_amount(const Texts& texts, const std::string& key) {
  const double value = get_number(texts, key);
  if (!(value >= 0 && value <= std::numeric_limits<double>::max())) out_of_range(texts, key, "a number from 0");
  return value;
}

}  // namespace fpcpu::saved_state
