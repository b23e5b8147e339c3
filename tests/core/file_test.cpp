#include "core/file.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <vector>

#include "fpcpu/error.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

TEST_CASE("a file is written, replaced, and nothing else stays in the folder") {
  const test::TemporaryFolder folder;
  const auto file = folder / "a.txt";
  write_file_atomically(file, "first");
  CHECK(read_file(file) == "first");
  std::ofstream(folder / ".a.txt.tmp") << "left by a killed process, longer than what follows";
  write_file_atomically(file, "second");
  CHECK(read_file(file) == "second");
  CHECK(entries(folder.path()) == 1);
  const std::vector<Bytes> chunks = {as_bytes("one "), as_bytes(""), as_bytes("two")};
  write_file_atomically(file, chunks);
  CHECK(read_file(file) == "one two");
}

TEST_CASE("what cannot be written or read is named, and a failed write leaves nothing behind") {
  const test::TemporaryFolder folder;
  const auto nowhere = folder / "missing/a.txt";
  CHECK(contains(message_of(ErrorCode::resource, [&] { write_file_atomically(nowhere, "x"); }), nowhere.string()));
  std::filesystem::create_directory(folder / "taken");
  write_file_atomically(folder / "taken/x", "x");
  message_of(ErrorCode::resource, [&] { write_file_atomically(folder / "taken", "x"); });
  CHECK(entries(folder.path()) == 1);
  CHECK(contains(message_of(ErrorCode::io, [&] { static_cast<void>(read_file(nowhere)); }), nowhere.string()));
  message_of(ErrorCode::io, [&] { static_cast<void>(read_file(folder.path())); });
}

}  // namespace
}  // namespace fpcpu
