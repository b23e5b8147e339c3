// SPDX-License-Identifier: MIT
#include "core/foreign_text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include "core/arena.hpp"
#include "core/checked.hpp"
#include "core/cpu.hpp"
#include "fpcpu/error.hpp"

using namespace fpcpu;

TEST_CASE("text of strangers cannot steer a terminal") {
  CHECK(printable("J\xC3\xBCrgen's faces.jpg") == "J\xC3\xBCrgen's faces.jpg");
  CHECK(printable("a\x1b[31m\x1b]0;pwned\x07") == "a\\x1b[31m\\x1b]0;pwned\\x07");
  CHECK(printable("two\nlines\r\tand\x7f") == "two\\nlines\\r\\tand\\x7f");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\x9b31m");  // the other control characters
  CHECK(printable("a\xE2\x80\xAE"
                  "gpj.exe") == "a\\u202egpj.exe");  // turns the direction of writing
  CHECK(printable(std::string("nul\0", 4)) == "nul\\x00");
  for (const char* broken : {"\xFF", "\xC3", "\xC0\xAF", "\xE2\x82", "\xED\xA0\x80", "\xF5\x80\x80\x80"}) {
    const std::string text = printable(broken);
    CHECK_MESSAGE(text.starts_with("\\x"), text);
    for (const char c : text) CHECK(static_cast<unsigned char>(c) < 0x80);
  }
}

TEST_CASE("a quotation ends behind 60 characters, never within one") {
  CHECK(excerpt(std::string(60, 'a')) == std::string(60, 'a'));
  CHECK(excerpt(std::string(61, 'a')) == std::string(60, 'a') + "...");
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xC3\xBC";
  CHECK(excerpt(umlauts) == umlauts.substr(0, 120) + "...");
  CHECK(excerpt(std::string(std::size_t{1} << 20U, '\x1b')).size() == 60 * 4 + 3);
}

TEST_CASE("products that do not fit are nothing") {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  CHECK(checked_product(3, 4) == std::size_t{12});
  CHECK(checked_product(kMost, 1) == kMost);
  CHECK_FALSE(checked_product(kMost / 2 + 1, 2).has_value());
  CHECK(checked_product(0, kMost) == std::size_t{0});
  CHECK(checked_product_of(std::array{2, 3, 4}, 4) == std::size_t{96});
  CHECK_FALSE(checked_product_of(std::array{2, -1}).has_value());
  CHECK_FALSE(checked_product_of(std::array<std::int64_t, 3>{1 << 21, 1 << 21, std::int64_t{1} << 22}).has_value());
}

TEST_CASE("memory that does not exist is refused before it is asked for") {
  REQUIRE(physical_memory() > (std::size_t{1} << 20U));
  CHECK_THROWS_AS(Arena(physical_memory() + (std::size_t{1} << 30U)), Error);
  CHECK_THROWS_AS(AlignedBuffer<double>(std::numeric_limits<std::size_t>::max() / 4), Error);
}
