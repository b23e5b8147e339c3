#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/arena.hpp"

/// Reading and writing what optimizer, schedule and moving averages keep in a checkpoint; one wording of its errors.
namespace fpcpu::saved_state {

using Arrays = std::map<std::string, std::vector<float>>;
using Texts = std::map<std::string, std::string>;

void put(Arrays& arrays, const std::string& key, const AlignedBuffer<float>& values);
void put(Texts& texts, const std::string& key, std::int64_t value);
void put(Texts& texts, const std::string& key, double value);  // shortest text that reads back to the same bits

/// All throw Error{format} naming the key: it is missing, of another size, or not a number.
void get(const Arrays& arrays, const std::string& key, AlignedBuffer<float>& values);
[[nodiscard]] std::int64_t get_integer(const Texts& texts, const std::string& key);
[[nodiscard]] double get_number(const Texts& texts, const std::string& key);

}  // namespace fpcpu::saved_state
