// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <clocale>

#include "data/image_files.hpp"
#include "data/tables/points_csv.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;
using test::put;
using test::TemporaryFolder;

namespace {

std::string read_error(const std::string& text) {
  const TemporaryFolder folder;
  const auto file = put(folder / "gt.csv", text);
  std::string message = message_of(ErrorCode::format, [&] { (void)read_points_csv(file); });
  const auto at = message.find(folder.path().string() + "/");
  if (at != std::string::npos) message.erase(at, folder.path().string().size() + 1);
  return message;
}

PointsTable read(const std::string& text) {
  const TemporaryFolder folder;
  return read_points_csv(put(folder / "gt.csv", text));
}

}  // namespace

TEST_CASE("a row of nothing but separators is refused before it fills memory") {
  CHECK(
      contains(read_error("filename,x1,y1\n" + std::string(1'000'000, ',') + "\n"), "line 2: more than 50000 columns"));
}

TEST_CASE("a table with every liberty the format allows") {
  const TemporaryFolder folder;
  const auto file = put(folder / "gt.csv",
                        "\xEF\xBB\xBF"
                        "filename,x1,y1,x2,y2\r\n"
                        "a.jpg, 1.5 ,2,3,-4\r\n"
                        "\r\n"
                        "\"b, the \"\"second\"\".png\",,,nan,NaN\r\n"
                        "with space.bmp,1e1,+2,5,\r\n"
                        "gr\xC3\xBC\xC3\x9F.jpg,0,0,0,0");
  const PointsTable t = read_points_csv(file);
  CHECK(t.points == 2);
  CHECK(t.names ==
        std::vector<std::string>{"a.jpg", "b, the \"second\".png", "with space.bmp", "gr\xC3\xBC\xC3\x9F.jpg"});
  CHECK(t.places[0] == file.string() + " line 2");
  CHECK(t.places[1] == file.string() + " line 4");
  CHECK(t.places[3] == file.string() + " line 6");
  CHECK(t.rows[0].xy == std::vector<float>{1.5F, 2, 3, -4});
  CHECK(t.rows[0].visible == std::vector<float>{1, 1});
  CHECK(t.rows[1].visible == std::vector<float>{0, 0});
  CHECK(t.rows[2].xy == std::vector<float>{10, 2, 0, 0});
  CHECK(t.rows[2].visible == std::vector<float>{1, 0});
}

TEST_CASE("tables of spreadsheets in other languages: separators, decimal commas, line ends, quotes") {
  const PointsTable plain = read("filename,x1,y1,x2,y2\na.jpg,1.5,2,-3,4e0\nb.jpg,5,6,,8\n");
  for (const char* text : {
           "filename;x1;y1;x2;y2\na.jpg;1.5;2;-3;4\nb.jpg;5;6;;8\n",
           "filename;x1;y1;x2;y2\r\na.jpg;1,5;2,0;-3;4,0\r\nb.jpg;5;6;NA;8\r\n",
           "filename\tx1\ty1\tx2\ty2\na.jpg\t1,5\t2\t-3\t4\nb.jpg\t5\t6\t\t8\n",
           "filename,x1,y1,x2,y2\ra.jpg,1.5,2,-3,4\rb.jpg,5,6,,8\r",
           "\"filename\",\"x1\",\"y1\",\"x2\",\"y2\"\n\"a.jpg\",\"1.5\",\"2\",\"-3\",\"4\"\n\"b.jpg\",\"5\",\"6\",\"\","
           "\"8\"\n",
           "\"filename\";\"x1\";\"y1\";\"x2\";\"y2\"\n\"a.jpg\";\"1,5\";\"2\";\"-3\";\"4\"\n\"b.jpg\";\"5\";\"6\";;"
           "\"8\"\n",
           "filename,x1,y1,x2,y2,\na.jpg,1.5,2,-3,4,\nb.jpg,5,6,,8\n",
           "filename,x1,y1,x2,y2\na.jpg,1.5,2,-3,4,,\nb.jpg,5,6,,8\n",
           "filename;x1;y1;x2;y2;;\na.jpg;1.5;2;-3;4;;\nb.jpg;5;6;;8;;\n",
           "sep=;\nfilename;x1;y1;x2;y2\na.jpg;1.5;2;-3;4\nb.jpg;5;6;;8\n",
           "\xEF\xBB\xBF"
           "filename;x1;y1;x2;y2\r\na.jpg;1.5;2;-3;4\r\nb.jpg;5;6;;8",
       }) {
    CAPTURE(text);
    const PointsTable t = read(text);
    CHECK(t.names == plain.names);
    REQUIRE(t.rows.size() == 2);
    for (const std::size_t i : {0U, 1U}) {
      CHECK(t.rows[i].xy == plain.rows[i].xy);
      CHECK(t.rows[i].visible == plain.rows[i].visible);
    }
  }
  CHECK(read("filename\tx1\ty1\nb c.jpg\t\t2\n").rows[0].visible == std::vector<float>{0});
  CHECK(read("filename,x1,y1\ra.jpg,1,2\rb.jpg,1,2\r").places[1].ends_with("line 3"));
}

TEST_CASE("every word for a missing number") {
  for (const char* word : {"", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "None", "-", "?", "<NA>", "nil"}) {
    CAPTURE(word);
    const PointsTable t = read("filename,x1,y1,x2,y2\na.jpg,1," + std::string(word) + ",3,4\n");
    CHECK(t.rows[0].visible == std::vector<float>{0, 1});
    CHECK(t.rows[0].xy == std::vector<float>{0, 0, 3, 4});
  }
}

TEST_CASE("what is no table in UTF-8 is named with the way out") {
  std::string utf16 = "\xFF\xFE";
  for (const char c : std::string("filename,x1,y1\na.jpg,1,2\n")) utf16 += {c, '\0'};
  CHECK(read_error(utf16) == "gt.csv is UTF-16 (\"Unicode text\"). Save it as \"CSV UTF-8\".");
  CHECK(contains(read_error(utf16.substr(2)), "UTF-16"));
  std::string big = "\xFE\xFF";
  for (const char c : std::string("filename,x1,y1\n")) big += {'\0', c};
  CHECK(contains(read_error(big), "Save it as \"CSV UTF-8\""));
  CHECK(contains(read_error("PK\x03\x04 and so on"), "is a spreadsheet"));
  CHECK(contains(read_error(std::string("filename,x1,y1\na.jpg,1,\0\n", 25)), "zero bytes"));
}

TEST_CASE("a foreign cell in a message is short and harmless") {
  const std::string head = "filename,x1,y1\n";
  const std::string message = read_error(head + "a.jpg,1," + std::string(5000, 'z') + "\n");
  CHECK(message == "gt.csv line 2: column 3 (y1): '" + std::string(60, 'z') + "...' is not a number.");
  CHECK(contains(read_error(head + "a.jpg,1,\x1B[2J\n"), "'\\x1b[2J' is not a number."));
  // Kaggle's facial keypoints: the picture stands in its last column.
  std::string pixels;
  for (int i = 0; i < 9216; ++i) pixels += std::to_string(i % 256) + " ";
  const std::string kaggle = read_error("nose_x,nose_y,chin_x,chin_y,Image\n1,2,3,4," + pixels + "\n");
  CHECK(kaggle.size() < 150);
  CHECK(contains(kaggle, "gt.csv line 2: column 'Image' holds pixels, not a file name."));
}

TEST_CASE("any number of points") {
  for (const int points : {1, 5, 68, 98}) {
    const TemporaryFolder folder;
    const std::vector<std::string> names = {"one.png"};
    Landmarks row;
    for (int j = 0; j < 2 * points; ++j) row.xy.push_back(static_cast<float>(j) * 0.25F - 3);
    row.visible.assign(static_cast<std::size_t>(points), 1.0F);
    write_points_csv(folder / "p.csv", names, std::vector<Landmarks>{row}, points);
    const PointsTable t = read_points_csv(folder / "p.csv");
    CHECK(t.points == points);
    CHECK(t.rows[0].xy == row.xy);
  }
}

TEST_CASE("what is written is read back, whatever the locale") {
  const TemporaryFolder folder;
  const std::vector<std::string> names = {"a b.jpg", "say \"hi\", twice.png"};
  const std::vector<Landmarks> rows = {{{1.25F, -0.001F, 1234.5F, 3}, {1, 1}}, {{7, 8, 9, 10}, {0, 1}}};
  const char* before = std::setlocale(LC_ALL, "de_DE.UTF-8");
  write_points_csv(folder / "p.csv", names, rows, 2);
  const PointsTable t = read_points_csv(folder / "p.csv");
  if (before != nullptr) std::setlocale(LC_ALL, "C");
  CHECK(t.names == names);
  CHECK(t.rows[0].xy == std::vector<float>{1.25F, 0, 1234.5F, 3});
  CHECK(t.rows[1].visible == std::vector<float>{0, 1});
  CHECK(!std::filesystem::exists(folder / "p.csv.tmp"));
}

TEST_CASE("each mistake has its message") {
  const std::string head = "filename,x1,y1,x2,y2\n";
  CHECK(read_error("") == "gt.csv is empty. It needs a header: filename,x1,y1,...,xK,yK.");
  CHECK(read_error("\n \n") == "gt.csv is empty. It needs a header: filename,x1,y1,...,xK,yK.");
  CHECK(read_error("a.jpg,1,2,3,4\n") == "gt.csv line 1: no header. The first line must be filename,x1,y1,...,xK,yK.");
  CHECK(read_error("filename\n") == "gt.csv line 1: the header names no points, expected filename,x1,y1,...,xK,yK.");
  CHECK(read_error("filename,x1,y1,x2\n") ==
        "gt.csv line 1: column 4 ('x2') has no partner: the header names no y for it.");
  CHECK(read_error(head) == "gt.csv has a header but no rows.");
  CHECK(read_error(head + "a.jpg,1,2,3\n") == "gt.csv line 2: 4 columns, the header has 5.");
  CHECK(read_error(head + "a.jpg,1,2,3,4,5\n") == "gt.csv line 2: 6 columns, the header has 5.");
  CHECK(
      read_error(head + "a.jpg,1,5,2,5,3,5,4,5\n") ==
      "gt.csv line 2: 9 columns, the header has 5. If numbers have a decimal comma, separate the cells by ';' or write "
      "a point.");
  CHECK(read_error(head + "a.jpg,\"1,5\",2,3,4\n") ==
        "gt.csv line 2: column 2 (x1): '1,5' is not a number. Decimal commas need ';' or tabs between the cells.");
  CHECK(read_error(head + "a.jpg,1,2,x,4\n") == "gt.csv line 2: column 4 (x2): 'x' is not a number.");
  CHECK(read_error(head + "a.jpg,1,2;5,3,4\n") == "gt.csv line 2: column 3 (y1): '2;5' is not a number.");
  CHECK(read_error(head + "a.jpg,1,inf,3,4\n") == "gt.csv line 2: column 3 (y1): 'inf' is not a finite number.");
  CHECK(read_error(head + "a.jpg,1e99,2,3,4\n") == "gt.csv line 2: column 2 (x1): '1e99' is not a finite number.");
  CHECK(read_error(head + "a.jpg,1,2,3,4\nb.jpg,1,2,3,4\na.jpg,1,2,3,4\n") ==
        "gt.csv line 4: the name 'a.jpg' was used before on line 2. Remove one.");
  CHECK(read_error(head + ",1,2,3,4\n") == "gt.csv line 2: the file name is empty.");
  CHECK(read_error(head + "\"a.jpg,1,2,3,4\n") == "gt.csv line 2: a quoted cell has no closing quote.");
  CHECK(message_of(ErrorCode::io, [] { (void)read_points_csv("/nowhere/gt.csv"); }) ==
        "/nowhere/gt.csv does not exist.");
}
