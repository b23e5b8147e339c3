// SPDX-License-Identifier: MIT
// Data sets of other programs: imglab XML, COCO keypoints, folders of .pts files; and what a folder without gt.csv is.
#include "data/tables/formats.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "data/image_files.hpp"
#include "data/image_write.hpp"
#include "data/synth.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;
using test::put;
using test::TemporaryFolder;

namespace {

void put_image(const std::filesystem::path& file, int width = 20, int height = 10) {
  std::filesystem::create_directories(file.parent_path());
  write_image(file, Image{width, height, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height), 90)});
}

/// The message without the folder.
std::string error_of(const TemporaryFolder& folder, const std::filesystem::path& table) {
  std::string message = message_of(ErrorCode::format, [&] { (void)read_table(table); });
  const auto at = message.find(folder.path().string() + "/");
  return at == std::string::npos ? message : message.erase(at, folder.path().string().size() + 1);
}

std::string imglab(const std::string& images) {
  return "<?xml version='1.0' encoding='ISO-8859-1'?>\n<dataset>\n<name>faces</name>\n<images>\n" + images +
         "</images>\n</dataset>\n";
}

std::string coco(const std::string& annotations, const std::string& keypoints = R"("left eye","right eye")") {
  return R"({"images": [{"id": 7, "file_name": "a.png"}, {"id": "b", "file_name": "b.png"}], "annotations": [)" +
         annotations + R"(], "categories": [{"id": 1, "name": "face", "keypoints": [)" + keypoints + "]}]}";
}

}  // namespace

TEST_CASE("imglab: parts by name, boxes to be ignored, images without a face") {
  const TemporaryFolder folder;
  const auto file = put(folder / "train.xml", imglab(R"(<image file='a.png'>
  <box top='0' left='0' width='9' height='9'>
    <part name='01' x='3' y='4'/><part name='00' x='1' y='2.5'/>
  </box>
  <box top='0' left='0' width='9' height='9' ignore='1'><part name='00' x='8' y='8'/></box>
</image>
<image file='none.png'/>
<image file='b.png'><box top='0' left='0' width='9' height='9'><part name='10' x='5' y='6'/></box></image>
)"));
  const PointsTable t = read_table(file);
  CHECK(t.points == 3);
  CHECK(t.names == std::vector<std::string>{"a.png", "b.png"});
  CHECK(t.rows[0].xy == std::vector<float>{1, 2.5F, 3, 4, 0, 0});
  CHECK(t.rows[0].visible == std::vector<float>{1, 1, 0});
  CHECK(t.rows[1].visible == std::vector<float>{0, 0, 1});
  CHECK(t.places[0].ends_with("train.xml line 6"));
  CHECK(t.places[1].ends_with("train.xml line 12"));
  CHECK(t.point_names == std::vector<std::string>{"00", "01", "10"});
  REQUIRE(t.notes.size() == 1);
  CHECK(contains(t.notes[0], "1 images have no points"));

  const PointsTable named = read_table(put(folder / "n.xml", imglab(R"(<image file='a.png'><box>
<part name='nose' x='1' y='2'/><part name='chin' x='3' y='4'/></box></image>)")));
  CHECK(named.point_names == std::vector<std::string>{"nose", "chin"});
  CHECK(read_table(put(folder / "c.xml", imglab(R"(<image file='a.png'><box><part name='1' x='3' y='4'/><part name='0'
x='1' y='2'/></box></image>)")))
            .point_names.empty());
}

TEST_CASE("imglab: what is wrong is said with its line; hostile files end quickly") {
  const TemporaryFolder folder;
  const auto bad = [&](const std::string& text) { return error_of(folder, put(folder / "t.xml", text)); };
  const std::string part = "<part name='0' x='1' y='2'/>";
  CHECK(contains(bad("<dataset>\n<images>\n<image"), "t.xml line 3: no valid XML"));
  CHECK(contains(bad("<other/>"), "t.xml has no <dataset><images>"));
  CHECK(contains(bad(imglab("<image file='a'><box>\n<part name='0' x='1e999' y='2'/></box></image>")),
                 "t.xml line 6: <part> with x='1e999': not a number."));
  CHECK(contains(bad(imglab("<image file='a'><box><part x='1' y='2'/></box></image>")), "line 5: <part> without name"));
  CHECK(contains(bad(imglab("<image><box>" + part + "</box></image>")), "line 5: <image> without file"));
  CHECK(contains(bad(imglab("<image file='a'><box>" + part + part + "</box></image>")), "two parts are called '0'"));
  CHECK(contains(bad(imglab("<image file='a'><box/></image>")), "there are no points"));
  std::string deep;
  for (int i = 0; i < 200000; ++i) deep += "<a>";
  CHECK(contains(bad(deep), "no valid XML"));
  std::string names;
  for (int i = 0; i < 5000; ++i) names += "<part name='n" + std::to_string(i) + "' x='1' y='2'/>";
  CHECK(contains(bad(imglab("<image file='a'><box>" + names + "</box></image>")), "more than 4096 names"));
  std::string faces;
  for (int i = 0; i < 4000; ++i) faces += "<image file='" + std::to_string(i) + "'><box>" + part + "</box></image>";
  std::string wide = names.substr(0, names.find("<part name='n4000'"));
  std::string many;
  for (int i = 0; i < 11; ++i) many += faces;
  CHECK(
      contains(bad(imglab("<image file='a'><box>" + wide + "</box></image>" + many)), "too many for one kind of face"));
}

TEST_CASE("COCO keypoints: visibility, names of the category, crowds and empty annotations") {
  const TemporaryFolder folder;
  const auto file = put(folder / "c.json", coco(R"(
{"id": 3, "image_id": "b", "category_id": 1, "keypoints": [1.5, 2, 2, 0, 0, 0], "bbox": [0,0,9,9], "iscrowd": 0,
 "segmentation": [[1,2,3]]},
{"id": 4, "image_id": 7, "category_id": 1, "keypoints": [5, 6, 1, 7, 8, 2]},
{"id": 5, "image_id": 7, "category_id": 1, "keypoints": [5, 6, 1, 7, 8, 2], "iscrowd": 1},
{"id": 6, "image_id": 7, "category_id": 1, "keypoints": [0, 0, 0, 0, 0, 0]},
{"id": 7, "image_id": 7, "category_id": 1, "bbox": [0, 0, 5, 5]})"));
  const PointsTable t = read_table(file);
  CHECK(t.points == 2);
  CHECK(t.names == std::vector<std::string>{"b.png", "a.png"});
  CHECK(t.rows[0].xy == std::vector<float>{1.5F, 2, 0, 0});
  CHECK(t.rows[0].visible == std::vector<float>{1, 0});
  CHECK(t.rows[1].xy == std::vector<float>{5, 6, 7, 8});
  CHECK(t.places[1].ends_with("c.json annotation 4"));
  CHECK(t.point_names == std::vector<std::string>{"left eye", "right eye"});
}

TEST_CASE("COCO keypoints: what is wrong is said with its annotation; hostile files end quickly") {
  const TemporaryFolder folder;
  const auto bad = [&](const std::string& text) { return error_of(folder, put(folder / "c.json", text)); };
  const auto one = [&](const std::string& rest) {
    return bad(coco(R"({"id": 3, "image_id": 7, "category_id": 1, )" + rest + "}"));
  };
  CHECK(contains(bad("{\n\"images\": ["), "c.json line 2: no valid JSON at byte"));
  CHECK(contains(bad("[1, 2]"), "no list \"images\": expected COCO keypoints."));
  CHECK(contains(bad("{}"), "no list \"images\""));
  CHECK(contains(bad("3"), "no list \"images\""));
  CHECK(contains(bad(coco("")), "there are no points"));
  CHECK(contains(one(R"("keypoints": [1, 2])"), "c.json annotation 3: \"keypoints\" is no list of x,y,v"));
  CHECK(contains(one(R"("keypoints": [1, 2, 3, 4, 5, 1])"), "annotation 3: keypoint 1 has v = 3"));
  CHECK(contains(one(R"("keypoints": [1, "x", 1, 4, 5, 1])"),
                 "annotation 3: keypoint 1 is at \"x\", which is no number"));
  CHECK(contains(one(R"("keypoints": [1, 1e300, 1, 4, 5, 1])"), "which is no number"));
  CHECK(contains(one(R"("keypoints": [1, 1e999, 1, 4, 5, 1])"), "c.json: holds a number beyond all limits"));
  CHECK(contains(one(R"("keypoints": [1, 2, 1])"), "1 keypoints, its category names 2."));
  CHECK(contains(bad(coco(R"({"id": 3, "image_id": 9, "category_id": 1, "keypoints": [1, 2, 1, 3, 4, 1]})")),
                 "no image with the id 9"));
  CHECK(contains(bad(coco("[]")), "annotation no. 1: is no object."));
  CHECK(contains(bad(coco(std::string(100000, '['))), "nested deeper"));
  CHECK(contains(bad(R"({"images": {"a": 1}, "annotations": []})"), "no list \"images\""));
  CHECK(contains(bad(R"({"images": [{"id": 1.5, "file_name": "a"}], "annotations": []})"), "no \"id\""));
}

TEST_CASE("a folder of .pts files counts pixels from 1; its images stand beside them") {
  const TemporaryFolder folder;
  const std::string text = "version: 1\nn_points:  2\n{\n1.000 2.5\n11 6\n}\n";
  std::filesystem::create_directories(folder / "set/indoor");
  put(folder / "set/a.pts", text);
  put(folder / "set/indoor/b.pts", "version: 1\r\nn_points: 2\r\n{\r\n3 4\r\n5 6\r\n}\r\n");
  put_image(folder / "set/a.png");
  put_image(folder / "set/indoor/b.png");
  const DatasetPtr data = open_dataset((folder / "set").string());
  REQUIRE(data->size() == 2);
  CHECK(data->landmarks(0).xy == std::vector<float>{0, 1.5F, 10, 5});
  CHECK(data->name(1) == "indoor/b.png");
  CHECK(data->place(1) == (folder / "set/indoor/b.pts").string());

  const auto bad = [&](const std::string& content) {
    put(folder / "set/a.pts", content);
    return error_of(folder, folder / "set");
  };
  for (const char* count : {"1e30", "-1e30", "1.5", "0", "4097"}) {
    CHECK(contains(bad("version: 1\nn_points: " + std::string(count) + "\n{\n1 2\n}\n"), "line 2: n_points must be"));
  }
  CHECK(bad("version: 1\nn_points: 2\n{\n1 2\nx 4\n}\n") == "set/a.pts line 5: expected a coordinate, not 'x'.");
  CHECK(contains(bad("version: 1\nn_points: 2\n{\n1 2\n}\n"), "set/a.pts line 5: expected a coordinate, not '}'."));
  CHECK(contains(bad("version: 1\nn_points: 1\n{\n1 2\n3 4\n}\n"), "line 5: expected '}' behind 1 points."));
  CHECK(contains(bad("n_points: 2000000000\n{\n"), "n_points must be a whole number from 1 to 4096."));
  CHECK(contains(bad(""), "no '{' before the points."));
  CHECK(contains(bad("n_points: 1\n{\n1 inf\n}"), "not 'inf'"));
  CHECK(contains(bad("n_points: 1\n{\n1 2\n}"), "set/indoor/b.pts has 2 points"));
}

TEST_CASE("an image with several faces is refused for all of them, or left out") {
  const TemporaryFolder folder;
  put_image(folder / "images/a.png");
  put_image(folder / "images/b.png");
  const std::string box = "<box><part name='0' x='1' y='2'/></box>";
  const std::string table = put(folder / "t.xml", imglab("<image file='a.png'>" + box + box +
                                                         "</image><image file='b.png'>" + box + "</image>"))
                                .string();
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)open_dataset(table); }),
                 "a.png has 2 faces in the table; an image is taken as one face."));
  DataReport report;
  const DatasetPtr data = open_dataset(table, {.skip_bad = true}, &report);
  REQUIRE(data->size() == 1);
  CHECK(data->name(0) == "b.png");
  CHECK(report.skipped.size() == 2);
}

TEST_CASE("a folder without gt.csv: the only table is read and said, several are named, none names the layout") {
  const TemporaryFolder folder;
  put_image(folder / "images/a.png");
  put(folder / "notes.csv", "who,what\n1,2\n");
  put(folder / "package.json", "{}");
  const std::string where = folder.path().string();
  const std::string none = message_of(ErrorCode::io, [&] { (void)open_dataset(where); });
  CHECK(
      contains(none, "gt.csv does not exist. Expected gt.csv (filename,x1,y1,...,xK,yK) with images/, an imglab .xml"));
  CHECK(none.size() - where.size() < 160);
  put(folder / "labels.csv", "filename,x1,y1\na.png,1,2\n");
  DataReport report;
  CHECK(open_dataset(where, {}, &report)->size() == 1);
  REQUIRE(report.notes.size() == 1);
  CHECK(contains(report.notes[0], "has no gt.csv; labels.csv is read"));
  put(folder / "t.xml", imglab("<image file='a.png'/>"));
  const std::string two = message_of(ErrorCode::format, [&] { (void)open_dataset(where); });
  CHECK(contains(two, "labels.csv and t.xml could be meant. Name one: --data "));
  put(folder / "wflw.txt", "1 2 3 4 a.png\n");
  const std::string text = (folder / "wflw.txt").string();
  CHECK(
      contains(message_of(ErrorCode::format, [&] { (void)open_dataset(text); }), "is no known table. Expected gt.csv"));
  CHECK(message_of(ErrorCode::io, [&] { (void)open_dataset(where + "/none.xml"); }) ==
        where + "/none.xml does not exist.");
}

TEST_CASE("the same faces are the same in every format") {
  const TemporaryFolder folder;
  write_synth_folder(folder / "faces", 3, 4, 40);
  const DatasetPtr csv = open_dataset((folder / "faces").string());
  std::string xml;
  std::string json_images;
  std::string json_faces;
  for (std::size_t i = 0; i < csv->size(); ++i) {
    xml += "<image file='" + csv->name(i) + "'><box top='0' left='0' width='40' height='40'>";
    std::string pts = "version: 1\nn_points: 14\n{\n";
    std::string keypoints;
    for (std::size_t k = 0; k < 14; ++k) {
      const double x = csv->landmarks(i).xy[2 * k];
      const double y = csv->landmarks(i).xy[2 * k + 1];
      xml += "<part name='" + std::to_string(k) + "' x='" + std::to_string(x) + "' y='" + std::to_string(y) + "'/>";
      pts += std::to_string(x + 1) + " " + std::to_string(y + 1) + "\n";
      keypoints += (k == 0 ? "" : ",") + std::to_string(x) + "," + std::to_string(y) + ",2";
    }
    xml += "</box></image>\n";
    const std::string comma = i == 0 ? "" : ",";
    const std::string id = std::to_string(i);
    json_images += comma + R"({"id":)" + id + R"(,"file_name":")" + csv->name(i) + "\"}";
    json_faces += comma + R"({"id":)" + id + R"(,"image_id":)" + id + R"(,"keypoints":[)" + keypoints + "]}";
    std::filesystem::create_directories(folder / "pts");
    put(folder / "pts" / (std::filesystem::path(csv->name(i)).stem().string() + ".pts"), pts + "}\n");
  }
  put(folder / "faces/t.xml", imglab(xml));
  put(folder / "faces/c.json", R"({"images":[)" + json_images + R"(],"annotations":[)" + json_faces + "]}");
  DataOptions beside;
  beside.images = (folder / "faces/images").string();
  for (const DatasetPtr& other :
       {open_dataset((folder / "faces/t.xml").string()), open_dataset((folder / "faces/c.json").string()),
        open_dataset((folder / "pts").string(), beside)}) {
    REQUIRE(other->size() == csv->size());
    CHECK(other->point_names().empty());
    for (std::size_t i = 0; i < csv->size(); ++i) {
      CHECK(other->name(i) == csv->name(i));
      for (std::size_t j = 0; j < 28; ++j) {
        CHECK(other->landmarks(i).xy[j] == doctest::Approx(csv->landmarks(i).xy[j]).epsilon(1e-5));
      }
    }
  }
}
