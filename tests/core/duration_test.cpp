// SPDX-License-Identifier: MIT
#include "core/duration.hpp"

#include <doctest/doctest.h>

#include "support/messages.hpp"

using namespace fpcpu;

TEST_CASE("times are read in seconds, minutes and hours, and nothing else is a time") {
  CHECK(parse_duration("90s") == 90);
  CHECK(parse_duration("10m") == 600);
  CHECK(parse_duration("1h") == 3600);
  CHECK(parse_duration("1h30m") == 5400);
  CHECK(parse_duration("1h2m3s") == 3723);
  CHECK(parse_duration("0.5m") == 30);
  for (const char* text : {"", "10", "m", "10x", "10m1h", "5m5m", "-5m", "0s", "1e3s", "nan s", "10m "}) {
    CHECK_MESSAGE(test::contains(test::message_of(ErrorCode::usage, [&] { (void)parse_duration(text); }), "10m"), text);
  }
}
