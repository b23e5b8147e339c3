// SPDX-License-Identifier: MIT
#include "data/tables/table_images.hpp"

#include <doctest/doctest.h>

#include "data/image_files.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;
using test::put;
using test::TemporaryFolder;

namespace {

void put_at(const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  put(file, "x");
}

std::string name_of(const std::filesystem::path& table_folder, const std::string& written,
                    const std::string& images = "") {
  return ImageFinder(table_folder, images).find(written).name;
}

}  // namespace

TEST_CASE("images are found in images/, beside the table, and in ../images; images/ wins") {
  const TemporaryFolder folder;
  put_at(folder / "a/images/one.jpg");
  put_at(folder / "a/one.jpg");
  put_at(folder / "a/two.jpg");
  put_at(folder / "images/three.jpg");
  std::filesystem::create_directories(folder / "labels");
  ImageFinder finder(folder / "a", "");
  CHECK(finder.find("one.jpg").file == folder / "a/images/one.jpg");
  CHECK(finder.find("two.jpg").file == folder / "a/two.jpg");
  CHECK(contains(message_of(ErrorCode::io, [&] { (void)finder.find("three.jpg"); }), "three.jpg does not exist."));
  CHECK(name_of(folder / "labels", "three.jpg") == "three.jpg");
  CHECK(name_of(folder / "labels", "../images/three.jpg") == "three.jpg");
}

TEST_CASE("names of other people: prefix, backslashes, no ending, other folders, other machines, other case") {
  const TemporaryFolder folder;
  for (const char* name : {"a.jpg", "sub/b.png", "c.d", "c.d.PNG", "only/deep/E.JPEG"}) {
    put_at(folder / "images" / name);
  }
  const auto& dir = folder.path();
  CHECK(name_of(dir, "images/a.jpg") == "a.jpg");
  CHECK(name_of(dir, "./images//a.jpg") == "a.jpg");
  CHECK(name_of(dir, "images\\sub\\b.png") == "sub/b.png");
  CHECK(name_of(dir, "sub\\b.png") == "sub/b.png");
  CHECK(name_of(dir, "a") == "a.jpg");
  CHECK(name_of(dir, "sub/b") == "sub/b.png");
  CHECK(name_of(dir, "C:\\Users\\anna\\faces\\images\\sub\\b.png") == "sub/b.png");
  CHECK(name_of(dir, "/home/anna/faces/images/a.jpg") == "a.jpg");
  CHECK(name_of(dir, "../images/a.jpg") == "a.jpg");
  CHECK(name_of(dir, "b.png") == "sub/b.png");
  CHECK(name_of(dir, "b") == "sub/b.png");
  CHECK(name_of(dir, "A.JPG") == "a.jpg");
  CHECK(name_of(dir, "e.jpeg") == "only/deep/E.JPEG");
  CHECK(name_of(dir, "deep/E.JPEG", (dir / "images/only").string()) == "deep/E.JPEG");
  CHECK(name_of(dir, "only/deep/E.JPEG", (dir / "images/only").string()) == "deep/E.JPEG");
}

TEST_CASE("another image of the same name is never taken, nor one outside the folders") {
  const TemporaryFolder folder;
  put_at(folder / "images/1.jpg");
  put_at(folder / "images/p/2.jpg");
  put_at(folder / "images/q/2.jpg");
  put_at(folder / "secret.jpg");
  ImageFinder finder(folder.path(), (folder / "images").string());
  CHECK(contains(message_of(ErrorCode::io, [&] { (void)finder.find("test/1.jpg"); }), "test/1.jpg does not exist."));
  CHECK(
      contains(message_of(ErrorCode::format, [&] { (void)finder.find("2.jpg"); }), "Write the name with its folder."));
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)finder.find("../secret.jpg"); }),
                 "'../secret.jpg' leaves the images folder"));
  const std::string absolute = (folder / "secret.jpg").string();
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)finder.find(absolute); }), "leaves the images folder"));
  CHECK(contains(message_of(ErrorCode::io, [&] { (void)finder.find("a\x1B[2J\n.jpg"); }), "a\\x1b[2J\\n.jpg"));
  CHECK(contains(message_of(ErrorCode::io, [&] { ImageFinder(folder.path(), "/nowhere"); }), "--images /nowhere"));
}
