#include <doctest/doctest.h>

#include <clocale>

#include "data/image_files.hpp"
#include "data/points_csv.hpp"
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

}  // namespace

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
  CHECK(t.lines == std::vector<int>{2, 4, 5, 6});
  CHECK(t.rows[0].xy == std::vector<float>{1.5F, 2, 3, -4});
  CHECK(t.rows[0].visible == std::vector<float>{1, 1});
  CHECK(t.rows[1].visible == std::vector<float>{0, 0});
  CHECK(t.rows[2].xy == std::vector<float>{10, 2, 0, 0});
  CHECK(t.rows[2].visible == std::vector<float>{1, 0});
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
        "gt.csv line 1: the header has 3 columns after the file name, expected an even number (x1,y1,...,xK,yK).");
  CHECK(read_error(head) == "gt.csv has a header but no rows.");
  CHECK(read_error(head + "a.jpg,1,2,3\n") == "gt.csv line 2: 3 numbers, expected 4 (x1,y1,x2,y2).");
  CHECK(read_error(head + "a.jpg,1,2,3,4,5\n") == "gt.csv line 2: 5 numbers, expected 4 (x1,y1,x2,y2).");
  CHECK(read_error(head + "a.jpg,1,2,x,4\n") == "gt.csv line 2: column 4 (x2): 'x' is not a number.");
  CHECK(read_error(head + "a.jpg,1,2;5,3,4\n") == "gt.csv line 2: column 3 (y1): '2;5' is not a number.");
  CHECK(read_error(head + "a.jpg,1,inf,3,4\n") == "gt.csv line 2: column 3 (y1): 'inf' is not a finite number.");
  CHECK(read_error(head + "a.jpg,1e99,2,3,4\n") == "gt.csv line 2: column 2 (x1): '1e99' is not a finite number.");
  CHECK(read_error(head + "a.jpg,1,2,3,4\nb.jpg,1,2,3,4\na.jpg,1,2,3,4\n") ==
        "gt.csv line 4: the name 'a.jpg' was used before on line 2. Remove one.");
  CHECK(read_error(head + "../a.jpg,1,2,3,4\n") ==
        "gt.csv line 2: the name '../a.jpg' leaves the images folder. Give a name inside it.");
  CHECK(contains(read_error(head + "/etc/passwd,1,2,3,4\n"), "leaves the images folder"));
  CHECK(read_error(head + ",1,2,3,4\n") == "gt.csv line 2: the file name is empty.");
  CHECK(read_error(head + "\"a.jpg,1,2,3,4\n") == "gt.csv line 2: a quoted name has no closing quote.");
  std::string fourteen = "filename";
  std::string row = "f.png";
  for (int k = 1; k <= 14; ++k) fourteen += ",x" + std::to_string(k) + ",y" + std::to_string(k);
  for (int j = 0; j < 27; ++j) row += ",1";
  CHECK(read_error(fourteen + "\n" + row) == "gt.csv line 2: 27 numbers, expected 28 (x1,y1,...,x14,y14).");
  CHECK(message_of(ErrorCode::io, [] { (void)read_points_csv("/nowhere/gt.csv"); }) ==
        "/nowhere/gt.csv does not exist.");
}
