// SPDX-License-Identifier: MIT
// The right to work on something: one holder at a time, also when holders die.
#include "train/claim.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "fpcpu/error.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using namespace std::chrono_literals;

namespace {

constexpr double kLong = 60;

/// What a process leaves that was killed `age` ago.
void leave_claim(const std::filesystem::path& file, std::chrono::seconds age) {
  std::ofstream(file).close();
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - age);
}

}  // namespace

TEST_CASE("a claim is held once, and again after it was given back; others are not concerned") {
  const test::TemporaryFolder folder;
  {
    const auto held = Claim::take(folder.path(), "run", kLong);
    REQUIRE(held);
    CHECK(!held->lost());
    CHECK(!Claim::take(folder.path(), "run", kLong));
    CHECK(Claim::take(folder.path(), "runner", kLong));
    CHECK(Claim::take(folder.path(), "run.1", kLong));
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(Claim::take(folder.path(), "run", kLong));
}

TEST_CASE("what a process left that was killed while it claimed is removed by the next holder") {
  const test::TemporaryFolder folder;
  const auto left = folder / ".run.0123456789abcdef.tmp";
  const auto of_another = folder / ".runner.0123456789abcdef.tmp";
  for (const auto& file : {left, of_another}) std::ofstream(file).close();
  const auto held = Claim::take(folder.path(), "run", kLong);
  REQUIRE(held);
  CHECK(Claim::holder(folder.path(), "run").pid != 0);
  CHECK(!std::filesystem::exists(left));
  CHECK(std::filesystem::exists(of_another));
}

TEST_CASE("of many that want a stale claim one gets it, whatever else happens") {
  for (int round = 0; round < 20; ++round) {
    const test::TemporaryFolder folder;
    leave_claim(folder / "run.1", 100s);
    leave_claim(folder / "run.2", 90s);
    std::atomic<int> winners{0};
    std::atomic<int> waiting{8};
    std::vector<std::thread> threads;
    std::vector<std::unique_ptr<Claim>> claims(8);
    for (std::size_t i = 0; i < claims.size(); ++i) {
      threads.emplace_back([&, i] {
        --waiting;
        while (waiting > 0) std::this_thread::yield();
        claims[i] = Claim::take(folder.path(), "run", kLong);
        if (claims[i]) ++winners;
      });
    }
    for (std::thread& t : threads) t.join();
    CHECK(winners == 1);
    claims.clear();
    CHECK(std::filesystem::is_empty(folder.path()));
  }
}

TEST_CASE("a living owner keeps its claim beyond the stale time") {
  const test::TemporaryFolder folder;
  const auto held = Claim::take(folder.path(), "run", 0.5);
  std::this_thread::sleep_for(900ms);
  CHECK(!Claim::take(folder.path(), "run", 0.5));
  CHECK(!held->lost());
}

TEST_CASE("an owner that slept too long learns that it has lost") {
  const test::TemporaryFolder folder;
  const auto held = Claim::take(folder.path(), "run", 0.2);
  leave_claim(folder / "run.2", 0s);  // somebody has taken over
  for (int i = 0; i < 100 && !held->lost(); ++i) std::this_thread::sleep_for(20ms);
  CHECK(held->lost());
}

TEST_CASE("a folder that cannot be written is an error, not somebody else's claim") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS((void)Claim::take(folder.path(), "no/such/folder", kLong), Error);
}
