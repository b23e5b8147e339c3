// SPDX-License-Identifier: MIT
#include "heads/named_options.hpp"

#include <charconv>

#include "core/foreign_text.hpp"
#include "core/number_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

template <class T>
bool reads_whole(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

AttributeValue parse_value(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  std::int64_t whole = 0;
  if (reads_whole(text, whole)) return whole;
  double real = 0;
  if (reads_whole(text, real)) return real;
  return std::string(text);
}

struct ValueText {
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(std::int64_t i) const { return std::to_string(i); }
  std::string operator()(double d) const { return exact_text(d); }
  std::string operator()(const std::string& s) const { return s; }
};

}  // namespace

NamedOptions parse_named_options(std::string_view text) {
  NamedOptions named;
  const std::size_t colon = text.find(':');
  named.name = text.substr(0, colon);
  if (colon == std::string_view::npos) return named;
  for (std::string_view rest = text.substr(colon + 1);;) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const std::size_t equals = item.find('=');
    if (equals == 0 || equals == std::string_view::npos || equals + 1 == item.size()) {
      throw Error(ErrorCode::usage,
                  "'" + excerpt(text) + "': expected NAME:OPTION=VALUE,... such as wing:w=10,epsilon=2.");
    }
    const std::string name(item.substr(0, equals));
    if (named.options.find(name) != nullptr) {
      throw Error(ErrorCode::usage, "'" + excerpt(text) + "': " + excerpt(name) + " is given twice.");
    }
    named.options.set(name, parse_value(item.substr(equals + 1)));
    if (comma == std::string_view::npos) return named;
    rest = rest.substr(comma + 1);
  }
}

std::string to_text(const NamedOptions& named) {
  std::string text = named.name;
  for (const auto& [name, value] : named.options.items()) {
    text += (text.size() == named.name.size() ? ":" : ",") + name + "=" + std::visit(ValueText{}, value);
  }
  return text;
}

}  // namespace fpcpu
