// SPDX-License-Identifier: MIT
// For inputs of JSON: now and then a whole value is exchanged, which mutations of bytes hardly ever come upon.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "fpcpu/error.hpp"
#include "io/bounded_json.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 16;
constexpr unsigned kEvery = 4;
constexpr std::array<std::string_view, 12> kValues = {
    "[]", "{}", "null", "\"\"", "-1", "0", "65536", "2147483647", "4294967296", "18446744073709551615", "1e39", "0.5"};

void collect(Json& json, std::vector<Json*>& values) {
  values.push_back(&json);
  if (!json.is_structured()) return;
  for (Json& child : json) collect(child, values);
}

}  // namespace

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::minstd_rand random(seed);
  if (random() % kEvery == 0) {
    try {
      Json json = fpcpu::parse_bounded_json({reinterpret_cast<const char*>(data), size}, kMaxDepth);
      std::vector<Json*> values;
      collect(json, values);
      *values[random() % values.size()] = Json::parse(kValues[random() % kValues.size()]);
      const std::string text = json.dump();
      if (text.size() <= most) {
        std::copy(text.begin(), text.end(), data);
        return text.size();
      }
    } catch (const fpcpu::Error&) {  // no JSON any more
    } catch (const Json::exception&) {
    }
  }
  return LLVMFuzzerMutate(data, size, most);
}
