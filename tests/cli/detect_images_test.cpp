// SPDX-License-Identifier: MIT
// What `detect` makes of the images it is given: turned by EXIF, too large, found in folders.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/program.hpp"
#include "cli/trained_model.hpp"
#include "data/decode.hpp"
#include "data/image_files.hpp"
#include "data/image_write.hpp"
#include "data/synth.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::Outcome;
using test::read_text;
using test::run_program;
using test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

/// A folder with `photos/`, in which a model looks for points.
struct Photos {
  Photos() { fs::create_directories(folder / "photos"); }
  [[nodiscard]] Outcome detect(const std::string& arguments) const {
    return run_program(folder, "detect '" + test::trained_model().string() + "' " + arguments);
  }
  TemporaryFolder folder;
};

}  // namespace

TEST_CASE("photos with an EXIF orientation are turned, said with a count, drawn turned; --exif ignore does not") {
  const Photos photos;
  Image face = make_synth_dataset(1, 3, 64)->image(0);
  face.height = 48;
  face.pixels.resize(64 * 48 * static_cast<std::size_t>(face.channels));
  const auto bytes = encode_image(face, ImageFormat::jpeg, 90);
  const std::string jpeg(bytes.begin(), bytes.end());
  test::put(photos.folder / "photos/plain.jpg", jpeg);
  for (const int orientation : {3, 6}) {
    test::put(photos.folder / "photos" / ("o" + std::to_string(orientation) + ".jpg"),
              test::with_exif(jpeg, test::exif_data(orientation, true)));
  }
  const Outcome turned = photos.detect("photos --out turned.json --draw drawn --quiet");
  REQUIRE_MESSAGE(turned.code == 0, turned.err);
  CHECK(turned.err.empty());
  const auto found = nlohmann::json::parse(read_text(photos.folder / "turned.json"));
  REQUIRE(found.size() == 3);
  CHECK(found[0]["width"] == 64);
  CHECK(found[1]["filename"] == "o6.jpg");
  CHECK(found[1]["width"] == 48);
  CHECK(found[1]["height"] == 64);
  CHECK(found[0]["points"] != found[2]["points"]);
  CHECK(decode_image(photos.folder / "drawn/o6.png").height > decode_image(photos.folder / "drawn/o6.png").width);

  const Outcome said = photos.detect("photos");
  CHECK(contains(said.err, "2 images are turned as the EXIF orientation says"));
  CHECK(contains(said.err, "--exif ignore"));
  CHECK(contains(photos.detect("photos/o3.jpg").err, "1 image is turned"));
  CHECK(photos.detect("photos/plain.jpg").err.empty());

  const Outcome stored = photos.detect("photos --exif ignore --out stored.json");
  REQUIRE_MESSAGE(stored.code == 0, stored.err);
  CHECK(contains(stored.err, "2 images have an EXIF orientation that is ignored"));
  const auto same = nlohmann::json::parse(read_text(photos.folder / "stored.json"));
  CHECK(same[1]["width"] == 64);
  CHECK(same[0]["points"] == same[2]["points"]);
  check_one_line(photos.detect("photos --exif turn"), 2, {"--exif turn", "apply", "ignore"});

  check_one_line(photos.detect("photos/plain.jpg --max-pixels 3071"), 3, {"64x48", "3071", "--max-pixels"});
  CHECK(photos.detect("photos/plain.jpg --max-pixels 3072").code == 0);
}

TEST_CASE("detect walks folders down, names results below their folder and says what it left out") {
  const Photos photos;
  const Image face = make_synth_dataset(1, 3, 40)->image(0);
  fs::create_directories(photos.folder / "photos/sub");
  fs::create_directories(photos.folder / "more");
  const auto jpeg = encode_image(face, ImageFormat::jpeg, 90);
  const std::string bytes(jpeg.begin(), jpeg.end());
  for (const char* name : {"photos/a.jpg", "photos/b.jfif", "photos/f", "more/a.jpg"}) {
    test::put(photos.folder / name, bytes);
  }
  write_image(photos.folder / "photos/sub/e.png", face);
  test::put(photos.folder / "photos/c.webp", std::string("RIFF\x20\0\0\0WEBPVP8 ", 16));
  const Outcome o = photos.detect("photos");
  CHECK(o.code == 0);
  CHECK(o.err == "note: left out: 1 WebP image (c.webp); convert it to JPEG or PNG\n");
  for (const char* name : {"\na.jpg,", "\nb.jfif,", "\nf,", "\nsub/e.png,"}) CHECK(contains(o.out, name));
  CHECK(photos.detect("photos --quiet").err.empty());
  const Outcome two = photos.detect("photos more/");
  for (const char* name : {"\nphotos/a.jpg,", "\nmore/a.jpg,", "\nsub/e.png,"}) CHECK(contains(two.out, name));
  check_one_line(photos.detect("photos/c.webp"), 3, {"c.webp: is a WebP image; convert it to JPEG or PNG."});
  fs::create_directories(photos.folder / "web");
  fs::copy(photos.folder / "photos/c.webp", photos.folder / "web");
  check_one_line(photos.detect("web"), 3, {"no JPEG, PNG or BMP images in web.", "1 WebP image (c.webp)"});
}
