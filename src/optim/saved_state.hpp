// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/arena.hpp"

/// Reading and writing what optimizer, schedule and moving averages keep in a checkpoint; one wording of its errors.
namespace fpcpu::saved_state {

using Arrays = std::map<std::string, std::vector<float>>;
using Texts = std::map<std::string, std::string>;

/// More than any run has; random numbers are keyed by steps below 2^40.
inline constexpr std::int64_t kMostSteps = std::int64_t{1} << 40U;
inline constexpr std::int64_t kMostEpochs = 1'000'000'000;

void put(Arrays& arrays, const std::string& key, const AlignedBuffer<float>& values);
void put(Texts& texts, const std::string& key, std::int64_t value);
void put(Texts& texts, const std::string& key, std::span<const std::int64_t> values);  // with commas between
void put(Texts& texts, const std::string& key, double value);  // shortest text that reads back to the same bits

/// All throw Error{format} naming the key: it is missing, of another size, or not a number.
void get(const Arrays& arrays, const std::string& key, AlignedBuffer<float>& values);
[[nodiscard]] std::int64_t get_integer(const Texts& texts, const std::string& key);
[[nodiscard]] double get_number(const Texts& texts, const std::string& key);  // not NaN
/// From 0 to `most`: a number of steps, epochs or seconds.
[[nodiscard]] std::int64_t get_count(const Texts& texts, const std::string& key, std::int64_t most);
/// As many as there are `values`, each from 0 to `most`.
void get_counts(const Texts& texts, const std::string& key, std::span<std::int64_t> values, std::int64_t most);
[[nodiscard]] double get_amount(const Texts& texts, const std::string& key);  // finite, not negative

}  // namespace fpcpu::saved_state
