// SPDX-License-Identifier: MIT
#include "core/file.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string_view>
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

TEST_CASE("what killed processes left is removed, and nothing that is like it") {
  const test::TemporaryFolder folder;
  for (const char* left : {".a.txt.tmp", ".a.txt.0123456789abcdef.tmp"}) std::ofstream(folder / left) << "half";
  const std::vector<const char*> others = {".b.txt.tmp", ".a.txt.old.tmp", ".a.txt.0123456789abcdeg.tmp", "a.txt.tmp"};
  for (const char* other : others) std::ofstream(folder / other) << "whole";
  const std::vector<std::string_view> names = {"a.txt", "c.txt"};
  remove_temporaries(folder.path(), names);
  CHECK(entries(folder.path()) == others.size());
  for (const char* other : others) CHECK_MESSAGE(std::filesystem::exists(folder / other), other);
  CHECK_NOTHROW(remove_temporaries(folder / "missing", names));
}

TEST_CASE("a link that was laid is not followed, a link in the place of the file is replaced, permissions are kept") {
  using std::filesystem::perms;
  const test::TemporaryFolder folder;
  std::ofstream(folder / "victim.txt") << "precious";
  std::filesystem::create_symlink("victim.txt", folder / ".a.txt.tmp");
  std::filesystem::create_symlink("victim.txt", folder / "a.txt");
  write_file_atomically(folder / "a.txt", "new");
  CHECK(read_file(folder / "victim.txt") == "precious");
  CHECK(read_file(folder / "a.txt") == "new");
  CHECK(!std::filesystem::is_symlink(folder / "a.txt"));
  for (const perms wanted : {perms::owner_read | perms::owner_write, perms::owner_all | perms::group_read}) {
    std::filesystem::permissions(folder / "a.txt", wanted);
    write_file_atomically(folder / "a.txt", "newer");
    CHECK(std::filesystem::status(folder / "a.txt").permissions() == wanted);
  }
  const std::string longest = std::string(251, 'n') + ".txt";
  write_file_atomically(folder / longest, "x");
  CHECK(read_file(folder / longest) == "x");
}

}  // namespace
}  // namespace fpcpu
