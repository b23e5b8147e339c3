// SPDX-License-Identifier: MIT
#include "report/html_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace fpcpu::html {

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string fixed(double value, int digits, std::string_view unit) {
  if (!std::isfinite(value)) return "-";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data() + std::string(unit);
}

std::string number(double value, int digits) {
  if (std::isnan(value)) return "-";
  std::array<char, 64> text{};
  const auto write = [&](double v, std::chars_format format) {
    const auto end = std::to_chars(text.data(), text.data() + text.size(), v, format, digits).ptr;
    return std::string(text.data(), end);
  };
  const double size = std::abs(value);
  // Large numbers keep all their digits instead of becoming 1.28e+04.
  if (size >= std::pow(10.0, digits) && size < 1e9) value = std::round(value), digits = 9;
  return write(value, std::chars_format::general);
}

std::string base64(std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t word = (static_cast<std::uint32_t>(bytes[i]) << 16U) |
                               (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8U : 0U) |
                               (left > 2 ? static_cast<std::uint32_t>(bytes[i + 2]) : 0U);
    out += kLetters[(word >> 18U) & 63U];
    out += kLetters[(word >> 12U) & 63U];
    out += left > 1 ? kLetters[(word >> 6U) & 63U] : '=';
    out += left > 2 ? kLetters[word & 63U] : '=';
  }
  return out;
}

}  // namespace fpcpu::html
