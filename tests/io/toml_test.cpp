// SPDX-License-Identifier: MIT
#include "io/toml.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "fpcpu/error.hpp"
#include "support/messages.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

TEST_CASE("tables and arrays become keys in the order of the file, with their lines") {
  const auto entries = parse_toml(
      "zeta = 1\n"
      "alpha = \"text\"\n"
      "list = [1.5, true]\n"
      "[table]\n"
      "b = { x = 1 }\n"
      "[[layer]]\n"
      "kind = \"a\"\n"
      "[[layer]]\n"
      "kind = \"b\"\n",
      "c.toml");
  const std::vector<std::tuple<std::string, AttributeValue, int>> expected = {{"zeta", std::int64_t{1}, 1},
                                                                              {"alpha", std::string("text"), 2},
                                                                              {"list[0]", 1.5, 3},
                                                                              {"list[1]", true, 3},
                                                                              {"table.b.x", std::int64_t{1}, 5},
                                                                              {"layer[0].kind", std::string("a"), 7},
                                                                              {"layer[1].kind", std::string("b"), 9}};
  REQUIRE(entries.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(entries[i].key == std::get<0>(expected[i]));
    CHECK(entries[i].value == std::get<1>(expected[i]));
    CHECK(entries[i].line == std::get<2>(expected[i]));
  }
}

TEST_CASE("mistakes name file and line") {
  CHECK(contains(message_of(ErrorCode::format, [] { static_cast<void>(parse_toml("a = 1\nb = = 2\n", "c.toml")); }),
                 "c.toml line 2"));
  CHECK(contains(message_of(ErrorCode::format, [] { static_cast<void>(parse_toml("a = 1\na = 2\n", "c.toml")); }),
                 "c.toml line 2"));
  CHECK(contains(message_of(ErrorCode::format, [] { static_cast<void>(parse_toml("\nd = 2024-01-01\n", "c.toml")); }),
                 "c.toml line 2"));
  message_of(ErrorCode::io, [] { static_cast<void>(read_toml("/nowhere/c.toml")); });
}

TEST_CASE("values written come back with the same value and type") {
  const std::vector<AttributeValue> values = {true,
                                              std::int64_t{-12},
                                              0.1,
                                              3.0,
                                              1e-30,
                                              1e300,
                                              -std::numeric_limits<double>::infinity(),
                                              std::string("a\\b \"quoted\"\nline \xC3\xA9"),
                                              std::string("C:\\faces"),
                                              std::string()};
  for (const AttributeValue& value : values) {
    const std::string text = to_toml(value);
    CAPTURE(text);
    const auto entries = parse_toml("v = " + text + "\n", "v.toml");
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].value == value);
  }
  CHECK(to_toml(std::nan("")) == "nan");
}

}  // namespace
}  // namespace fpcpu
