// SPDX-License-Identifier: MIT
// Headers of tables of points: what a column is, is read from its name.
#include "data/tables/header.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "data/image_files.hpp"
#include "data/tables/points_csv.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;
using test::TemporaryFolder;

namespace {

PointsTable read(const std::string& header, const std::string& row) {
  const TemporaryFolder folder;
  return read_points_csv(test::put(folder / "gt.csv", header + "\n" + row + "\n"));
}

/// x1 y1 x2 y2 of the first row.
std::vector<float> numbers(const std::string& header, const std::string& row) { return read(header, row).rows[0].xy; }

std::string error_of(const std::string& header) {
  const TemporaryFolder folder;
  const auto file = test::put(folder / "gt.csv", header + "\n");
  std::string message = message_of(ErrorCode::format, [&] { (void)read_points_csv(file); });
  return message.substr(folder.path().string().size() + 1);
}

}  // namespace

TEST_CASE("coordinates are told by the names of their columns") {
  const std::vector<float> wanted = {1, 2, 3, 4};
  CHECK(numbers("filename,x1,y1,x2,y2", "a.jpg,1,2,3,4") == wanted);
  CHECK(numbers("filename,y1,x1,y2,x2", "a.jpg,2,1,4,3") == wanted);
  CHECK(numbers("filename,x1,x2,y1,y2", "a.jpg,1,3,2,4") == wanted);
  CHECK(numbers("filename,x2,y2,x1,y1", "a.jpg,3,4,1,2") == wanted);
  CHECK(numbers("filename,x0,y0,x1,y1", "a.jpg,1,2,3,4") == wanted);
  CHECK(numbers("FileName,X_1,Y_1,X_2,Y_2", "a.jpg,1,2,3,4") == wanted);
  CHECK(numbers("filename,1_x,1_y,2_x,2_y", "a.jpg,1,2,3,4") == wanted);
  CHECK(numbers("filename,x[1],y[1],x[2],y[2]", "a.jpg,1,2,3,4") == wanted);
  CHECK(numbers("filename,x,y,x.1,y.1", "a.jpg,1,2,3,4") == wanted);
  CHECK(numbers("x1,y1,x2,y2,image", "1,2,3,4,a.jpg") == wanted);
  CHECK(numbers("x1,y1,file,x2,y2", "1,2,a.jpg,3,4") == wanted);
  CHECK(numbers("faces,x1,y1,x2,y2", "a.jpg,1,2,3,4") == wanted);
  // Ten stands behind nine, not behind one.
  std::string header = "filename";
  std::string row = "a.jpg";
  for (int k = 12; k >= 1; --k) {
    header += ",x" + std::to_string(k) + ",y" + std::to_string(k);
    row += "," + std::to_string(k) + ",0";
  }
  const std::vector<float> many = numbers(header, row);
  for (std::size_t k = 0; k < 12; ++k) CHECK(many[2 * k] == static_cast<float>(k + 1));
  CHECK(read(header, row).point_names.empty());
}

TEST_CASE("names of points are kept as they are written") {
  const std::vector<std::string> wanted = {"left_eye", "nose"};
  for (const char* header :
       {"filename,left_eye_x,left_eye_y,nose_x,nose_y", "filename,left_eye.x,left_eye.y,nose.x,nose.y",
        "filename,x_left_eye,y_left_eye,x_nose,y_nose", "filename,left_eyeX,left_eyeY,noseX,noseY",
        "filename,left_eye_Y,left_eye_X,nose_Y,nose_X", "filename,left_eye x,left_eye y,nose x,nose y"}) {
    CAPTURE(header);
    CHECK(read(header, "a.jpg,1,2,3,4").point_names == wanted);
  }
  CHECK(read("filename,LeftEye_x,LeftEye_y", "a.jpg,1,2").point_names == std::vector<std::string>{"LeftEye"});
  CHECK(read("filename,x36,y36,x45,y45", "a.jpg,1,2,3,4").point_names == std::vector<std::string>{"36", "45"});
  CHECK(read("filename,p0_x,p0_y", "a.jpg,1,2").point_names == std::vector<std::string>{"p0"});
  CHECK(read("filename,x,y", "a.jpg,1,2").point_names.empty());
}

TEST_CASE("columns of visibility hide points") {
  for (const char* header :
       {"filename,x1,y1,v1,x2,y2,v2", "filename,x1,y1,visible1,x2,y2,visible2", "filename,a_x,a_y,a_v,b_x,b_y,b_v",
        "filename,a.x,a.y,a.visible,b.x,b.y,b.visible", "filename,a_x,a_y,a_vis,b_x,b_y,b_visibility"}) {
    CAPTURE(header);
    CHECK(read(header, "a.jpg,1,2,2,3,4,1").rows[0].visible == std::vector<float>{1, 1});
    CHECK(read(header, "a.jpg,1,2,0,3,4,True").rows[0].visible == std::vector<float>{0, 1});
    CHECK(read(header, "a.jpg,1,2,0,3,4,2").rows[0].xy == std::vector<float>{0, 0, 3, 4});
    CHECK(read(header, "a.jpg,1,2,NA,,4,2").rows[0].visible == std::vector<float>{0, 0});
    CHECK(contains(message_of(ErrorCode::format, [&] { (void)read(header, "a.jpg,1,2,3,3,4,1"); }),
                   "'3' is neither 0 (not visible) nor 1 or 2."));
  }
}

TEST_CASE("boxes, sizes and an index are known and not used") {
  const std::vector<float> wanted = {1, 2, 3, 4};
  CHECK(numbers(",filename,x1,y1,x2,y2", "7,a.jpg,1,2,3,4") == wanted);
  CHECK(numbers("Unnamed: 0,filename,x1,y1,x2,y2", "7,a.jpg,1,2,3,4") == wanted);
  CHECK(numbers("index,filename,width,height,x1,y1,x2,y2", "7,a.jpg,50,60,1,2,3,4") == wanted);
  CHECK(numbers("filename,box_x,box_y,box_w,box_h,x1,y1,x2,y2", "a.jpg,0,0,9,9,1,2,3,4") == wanted);
  CHECK(numbers("filename,x,y,w,h,x1,y1,x2,y2", "a.jpg,0,0,9,9,1,2,3,4") == wanted);
  CHECK(numbers("filename,x,y,width,height,x1,y1,x2,y2", "a.jpg,0,0,9,9,1,2,3,4") == wanted);
  CHECK(numbers("filename,face_x,face_y,face_w,face_h,x1,y1,x2,y2", "a.jpg,0,0,9,9,1,2,3,4") == wanted);
  CHECK(numbers("filename,xmin,ymin,xmax,ymax,x1,y1,x2,y2", "a.jpg,0,0,9,9,1,2,3,4") == wanted);
  CHECK(numbers("filename,x_min,y_min,x_max,y_max,x1,y1,x2,y2", "a.jpg,0,0,9,9,1,2,3,4") == wanted);
  CHECK(numbers("filename,x1,y1,x2,y2,left,top,right,bottom", "a.jpg,1,2,3,4,0,0,9,9") == wanted);
  CHECK(numbers("id,filename,name,x1,y1,x2,y2", "7,a.jpg,anna,1,2,3,4") == wanted);
}

TEST_CASE("a column of another name is named, never taken for a coordinate") {
  CHECK(error_of("filename,x1,y1,score") ==
        "gt.csv line 1: column 4 ('score') is neither a coordinate (x1, NAME_x) nor anything else that is known. "
        "Rename or remove it.");
  CHECK(contains(error_of("filename,a,b,c,d"), "column 2 ('a') is neither a coordinate"));
  CHECK(contains(error_of("filename,x1,y1,,x2,y2"), "column 4 ('') is neither a coordinate"));
  CHECK(contains(error_of("filename,x1,y1," + std::string(500, 'q')), "('" + std::string(60, 'q') + "...')"));
  CHECK(contains(error_of("filename,x1,y1,x1,y2"), "column 2 ('x1') and column 4 ('x1') are one coordinate"));
  CHECK(
      contains(error_of("filename,x1,y1,nose_x,chin_y"), "column 4 ('nose_x') has no partner: the header names no y"));
  CHECK(contains(error_of("filename,y1,x1,y2"), "column 4 ('y2') has no partner: the header names no x"));
  CHECK(contains(error_of("filename,x1,y1,v7"), "column 4 ('v7') is the visibility of no point"));
  CHECK(contains(error_of("filename,x,y,nose_x,nose_y"), "column 2 ('x') does not say of which point it is"));
  CHECK(contains(error_of("x1,y1,x2,y2"), "no column for the image"));
  CHECK(contains(error_of(",0,1,2,3"), "only numbered"));
  CHECK(contains(message_of(ErrorCode::format, [] { (void)read("filename,x1,y1,", "a.jpg,1,2,3"); }),
                 "column 4 holds '3', but has no name in the header."));
}
