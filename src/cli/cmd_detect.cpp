#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "cli/arguments.hpp"
#include "cli/chosen_kernels.hpp"
#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/live_line.hpp"
#include "cli/terminal_text.hpp"
#include "data/decode.hpp"
#include "data/drawing.hpp"
#include "data/image_write.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/predictor.hpp"
#include "predict/prediction_files.hpp"

namespace fpcpu::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples = R"(
Examples:
  fpcpu detect runs/train/model.safetensors face.jpg
  fpcpu detect runs/train/model.safetensors photos --out points.csv --draw pictures
  fpcpu detect runs/train/model.safetensors a.png b.png --out points.json

An image is taken as one face that fills most of it. One that cannot be read is named, the others are done, and the
exit code is 3.
)";

/// Before the first image: nobody wants to learn afterwards that the results have no place to go.
void check_outputs(const std::string& out, const std::string& drawings) {
  if (!out.empty() && !out.ends_with(".csv") && !out.ends_with(".json")) {
    throw Error(ErrorCode::usage, "--out " + out + ": the name must end in .csv or .json.");
  }
  const fs::path folder = fs::path(out).parent_path();
  std::error_code error;
  if (!folder.empty() && !fs::is_directory(folder, error)) {
    throw Error(ErrorCode::resource, "--out " + out + ": there is no folder " + folder.string() + ". Create it first.");
  }
  if (drawings.empty()) return;
  fs::create_directories(drawings, error);
  if (error) throw Error(ErrorCode::resource, "cannot create " + drawings + ": " + error.message() + ".");
}

ImageOptions image_options(const Arguments& a) {
  ImageOptions options;
  const std::string exif = a.text("exif", "apply");
  if (exif != "apply" && exif != "ignore") {
    throw Error(ErrorCode::usage, "--exif " + exif + ": expected apply or ignore.");
  }
  options.turn = exif == "apply";
  options.max_pixels = a.integer("max-pixels", options.max_pixels, 1, std::int64_t{kMaxImageSide} * kMaxImageSide);
  return options;
}

/// Cameras store what they see lying down and a note how to turn it: said, because points refer to one of the two.
void say_orientation(const std::vector<Detection>& detections, bool turned) {
  const auto count = std::count_if(detections.begin(), detections.end(),
                                   [](const Detection& d) { return d.error.empty() && d.orientation != 1; });
  if (count == 0) return;
  const std::string images = std::to_string(count) + (count == 1 ? " image " : " images ");
  const std::string text = turned ? images + (count == 1 ? "is" : "are") +
                                        " turned as the EXIF orientation says; --exif ignore takes pixels as stored"
                                  : images + (count == 1 ? "has" : "have") +
                                        " an EXIF orientation that is ignored; points are those of the pixels as stored";
  std::fprintf(stderr, "note: %s\n", text.c_str());
}

void draw(const std::vector<Detection>& detections, const fs::path& folder, const ImageOptions& options) {
  std::set<std::string> taken;
  for (const Detection& d : detections) {
    if (!d.error.empty()) continue;
    // PNG for all, so that dots stay crisp; a.jpg and a.png of one folder must not meet in one file.
    const fs::path file = d.file;
    std::string name = file.stem().string() + ".png";
    for (int i = 1; !taken.insert(name).second; ++i) name = file.filename().string() + "-" + std::to_string(i) + ".png";
    write_image(folder / name, draw_points(decode_image(file, 0, options), d.points));
  }
}

}  // namespace

int run_detect(const std::vector<std::string_view>& arguments) {
  Arguments a("detect", "detect MODEL INPUT... [options]", "Finds the points in images or folders of images.",
              kExamples);
  a.option("out", "FILE", "FILE.csv or FILE.json; default: CSV on standard output", "output");
  a.option("draw", "DIR", "write each image with its points into DIR", "output");
  a.option("batch", "N", "images that go through the network together (16)", "output");
  a.option("exif", "WHAT", "apply: turn images as their EXIF orientation says; ignore: pixels as stored (apply)",
           "output");
  a.option("max-pixels", "N", "width x height that an image may have (50000000)", "output");
  a.precision_option();
  a.tta_option();
  if (!a.parse(arguments)) return kDone;
  if (a.positional().size() < 2) {
    throw Error(ErrorCode::usage,
                "fpcpu detect needs a model file and at least one image or folder, e.g. "
                "fpcpu detect runs/train/model.safetensors photos");
  }
  const std::string out = a.text("out");
  check_outputs(out, a.text("draw"));
  DetectOptions options;
  options.threads = a.threads();
  options.isa = a.isa();
  options.precision = to_string(chosen_kernels(a).precision);
  options.image = image_options(a);
  options.tta = a.text("tta", options.tta);
  options.batch = static_cast<int>(a.integer("batch", options.batch, 1, 4096));
  const std::string model = a.positional().front();
  const FoundImages found = find_images({a.positional().begin() + 1, a.positional().end()});
  const std::vector<ImageFile>& files = found.images;
  if (files.empty()) throw found.errors.front();
  if (static_cast<std::size_t>(options.batch) > files.size()) options.batch = static_cast<int>(files.size());

  Predictor predictor(model, options);
  LiveLine live(!a.quiet());
  catch_interrupt();
  const auto progress = [&](std::size_t done) {
    live.show(bar(static_cast<double>(done) / static_cast<double>(files.size()), 30) + " " + std::to_string(done) +
              "/" + std::to_string(files.size()));
    return !interrupted();
  };
  progress(0);
  const auto detections = predictor.detect_files(files, progress);
  live.clear();

  const int points = predictor.preprocessing().points;
  if (out.empty()) {
    std::fputs(detections_csv(detections, points).c_str(), stdout);
  } else {
    write_detections(out, detections, points, model);
  }
  if (a.has("draw")) draw(detections, a.text("draw"), options.image);
  if (!a.quiet() && !found.left_out.empty()) std::fprintf(stderr, "note: %s\n", found.left_out.c_str());
  if (!a.quiet()) say_orientation(detections, options.image.turn);
  for (const Error& e : found.errors) std::fprintf(stderr, "error[%s]: %s\n", to_string(e.code()), e.what());
  std::size_t failed = 0;
  for (const Detection& d : detections) {
    if (d.error.empty()) continue;
    ++failed;
    std::fprintf(stderr, "error[format]: %s\n", d.error.c_str());
  }
  if (!a.quiet() && !out.empty()) {
    std::printf("%zu of %zu images -> %s\n", detections.size() - failed, files.size(), out.c_str());
  }
  if (interrupted()) return kInterrupted;
  return failed > 0 || !found.errors.empty() ? kData : kDone;
}

}  // namespace fpcpu::cli
