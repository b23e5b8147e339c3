// SPDX-License-Identifier: MIT
// Which files of a folder are images, what results call them, what is left out.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "data/decode.hpp"
#include "data/image_files.hpp"
#include "data/image_gate/signature.hpp"
#include "fpcpu/dataset.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using namespace std::string_literals;
using test::contains;
using test::put;
using test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(const FoundImages& found) {
  std::vector<std::string> names;
  for (const ImageFile& image : found.images) names.push_back(image.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("folders are walked down in the order of names; hidden ones and circles of links are not") {
  const TemporaryFolder folder;
  const std::string png = test::make_png({1, 1, 8, 0, {}, {{7}}});
  for (const char* sub : {"a/b/c", "a/.hidden", "z"}) fs::create_directories(folder / sub);
  for (const char* file : {"a/b/c/1.png", "a/b/2.PNG", "a/.hidden/3.png", "a/.4.png", "z/5.jpe", "B.JFIF", "a.bmp"}) {
    put(folder / file, png);
  }
  fs::create_directory_symlink(folder.path(), folder / "a/b/c/circle");
  fs::create_directory_symlink(folder / "a/b", folder / "link");
  const FoundImages found = find_images({folder.path().string()});
  // The link is met after the folder it leads to, which is read once.
  CHECK(names_of(found) == Names{"B.JFIF", "a/b/2.PNG", "a/b/c/1.png", "a.bmp", "z/5.jpe"});
  CHECK(found.images[1].path == (folder / "a/b/2.PNG").string());
  CHECK(found.errors.empty());
  CHECK(found.left_out.empty());
}

TEST_CASE("files without a usual ending are taken or left out by their first bytes, with kind and count") {
  const TemporaryFolder folder;
  const std::string png = test::make_png({1, 1, 8, 0, {}, {{7}}});
  put(folder / "download", png);
  put(folder / "photo.dat", "\xFF\xD8\xFF\xE0"s);
  put(folder / "c.webp", "RIFF\x10\0\0\0WEBPVP8 "s);
  put(folder / "d1.tif", "II*\0\x08\0\0\0"s);
  put(folder / "d2.tif", "MM\0*\0\0\0\x08"s);
  put(folder / "notes", "BMW and other cars are no bitmaps");
  put(folder / "empty", "");
  const FoundImages found = find_images({folder.path().string()});
  CHECK(names_of(found) == Names{"download", "photo.dat"});
  CHECK(found.left_out ==
        "left out: 1 WebP image (c.webp), 2 TIFF images (d1.tif, d2.tif); convert them to JPEG or PNG; "
        "2 files that are no images (empty, notes)");
  for (const char* name : {"x1.webp", "x2.webp", "x3.webp"}) put(folder / name, "RIFF\x10\0\0\0WEBPVP8 "s);
  CHECK(contains(find_images({folder.path().string()}).left_out, "4 WebP images (c.webp, x1.webp, x2.webp, ...)"));
}

TEST_CASE("names that two inputs share get their input put before") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "one/sub");
  fs::create_directories(folder / "two");
  const std::string png = test::make_png({1, 1, 8, 0, {}, {{7}}});
  for (const char* file : {"one/a.png", "one/sub/b.png", "two/a.png", "two/b.png"}) put(folder / file, png);
  const std::string one = (folder / "one").string();
  const std::string two = (folder / "two").string();
  CHECK(names_of(find_images({one, two + "/"})) == Names{one + "/a.png", "sub/b.png", two + "/a.png", "b.png"});
  CHECK(names_of(find_images({two, one + "/sub/b.png"})) == Names{"a.png", two + "/b.png", one + "/sub/b.png"});
  CHECK(names_of(find_images({one + "/a.png"})) == Names{"a.png"});
}

TEST_CASE("inputs that hold nothing are errors, the others are still found") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "empty");
  put(folder / "a.png", test::make_png({1, 1, 8, 0, {}, {{7}}}));
  const FoundImages found =
      find_images({(folder / "empty").string(), (folder / "none").string(), (folder / "a.png").string()});
  CHECK(names_of(found) == Names{"a.png"});
  REQUIRE(found.errors.size() == 2);
  CHECK(contains(found.errors[0].what(), "no JPEG, PNG or BMP images in"));
  CHECK(contains(found.errors[1].what(), "none does not exist"));
}

TEST_CASE("other kinds of pictures are known by their first bytes and named") {
  using image_gate::Kind;
  using image_gate::kind_of;
  CHECK(kind_of("GIF89a") == Kind::gif);
  CHECK(kind_of("\0\0\0\x18"
                "ftypheic\0\0\0\0mif1heic"s) == Kind::heic);
  CHECK(kind_of("\0\0\0\x1C"
                "ftypmif1\0\0\0\0mif1avif"s) == Kind::avif);
  CHECK(kind_of("\0\0\0\x18"
                "ftypisom\0\0\0\0isomavc1"s) == Kind::unknown);
  CHECK(kind_of("\0\0\0\x0CJXL \r\n\x87\n"s) == Kind::jxl);
  CHECK(kind_of("\xFF\x0A\x01") == Kind::jxl);
  CHECK(kind_of("\0\0\0\x0CjP  \r\n\x87\n"s) == Kind::jp2);
  CHECK(kind_of("8BPS\0\1"s) == Kind::psd);
  CHECK(kind_of("%PDF-1.7") == Kind::pdf);
  CHECK(kind_of("") == Kind::unknown);
  const TemporaryFolder folder;
  const auto message = [&](const std::string& bytes) {
    const auto file = put(folder / "x.jpg", bytes);
    return test::message_of(ErrorCode::format, [&] { (void)decode_image(file); });
  };
  CHECK(contains(message("RIFF\x10\0\0\0WEBPVP8 "s), "x.jpg: is a WebP image; convert it to JPEG or PNG."));
  CHECK(contains(message("%PDF-1.7"), "x.jpg: is a PDF file; convert it"));
  CHECK(contains(message("8BPS\0\1"s), "is a Photoshop image"));
}
