// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>

#include "cli/arguments.hpp"
#include "cli/chosen_kernels.hpp"
#include "cli/command.hpp"
#include "cli/error_line.hpp"
#include "cli/interrupt.hpp"
#include "cli/live_line.hpp"
#include "cli/pictures.hpp"
#include "cli/result_files.hpp"
#include "cli/terminal_text.hpp"
#include "core/cpu.hpp"
#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "data/decode.hpp"
#include "data/image_write.hpp"
#include "data/inspect/unseen.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/predictor.hpp"
#include "io/run_model.hpp"
#include "predict/prediction_files.hpp"

namespace fpcpu::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kDetectExamples = R"(
Examples:
  fpcpu detect runs/train face.jpg
  fpcpu detect runs/train photos --out points.csv --draw pictures
  fpcpu detect runs/train/model.safetensors a.png b.png --out points.json

An image is taken as one face that fills most of it. One that cannot be read is named, the others are done, and the
exit code is 3.
)";

bool is_model(const std::string& argument) { return argument.ends_with(".safetensors") || is_run(text_path(argument)); }

void check_arguments(const Arguments& a) {
  const std::vector<std::string>& given = a.positional();
  const auto model = std::find_if(given.begin(), given.end(), is_model);
  if (model != given.end() && model != given.begin() && !is_model(given.front())) {
    std::string command = "fpcpu detect " + *model;
    for (auto it = given.begin(); it != given.end(); ++it) command += it == model ? "" : " " + *it;
    throw Error(ErrorCode::usage, "the model comes first: " + command);
  }
  if (given.size() < 2) {
    throw Error(ErrorCode::usage,
                "fpcpu detect needs a model (a run or a model file) and at least one image or folder, e.g. "
                "fpcpu detect runs/train photos");
  }
  const std::string out = a.text("out");
  if (!out.empty() && !out.ends_with(".csv") && !out.ends_with(".json")) {
    throw Error(ErrorCode::usage, "--out " + out + ": the name must end in .csv or .json.");
  }
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
  const std::string text = turned
                               ? images + (count == 1 ? "is" : "are") +
                                     " turned as the EXIF orientation says; --exif ignore takes pixels as stored"
                               : images + (count == 1 ? "has" : "have") +
                                     " an EXIF orientation that is ignored; points are those of the pixels as stored";
  std::fprintf(stderr, "note: %s\n", text.c_str());
}

/// 0 for points as near as is usual or nearer, 1 for those expected to be off three times as far.
std::vector<float> alarms_of(const Detection& found, float usual) {
  std::vector<float> alarms;
  for (const float error : found.errors) alarms.push_back(usual > 0 ? 0.5F * (error / usual - 1) : 0);
  return alarms;
}

/// The images to look at, and what kept others from it.
struct Inputs {
  FoundImages found;
  std::size_t own_drawings = 0;
};

bool is_inside(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path relative = fs::weakly_canonical(file, error).lexically_relative(fs::weakly_canonical(folder, error));
  return !relative.empty() && *relative.begin() != "..";
}

/// A folder of drawings may lie inside a folder of photos: what an earlier call left there is no photo.
Inputs look_for_images(const Arguments& a) {
  const std::vector<std::string> given(a.positional().begin() + 1, a.positional().end());
  const std::string drawings = a.text("draw");
  Inputs inputs{find_images(given), 0};
  std::vector<ImageFile>& images = inputs.found.images;
  if (!drawings.empty()) {
    const std::size_t all = images.size();
    std::erase_if(images, [&](const ImageFile& image) {
      const bool given_itself = std::find(given.begin(), given.end(), image.path) != given.end();
      const fs::path path = text_path(image.path);
      if (given_itself || !is_inside(path, text_path(drawings))) return false;
      if (is_own_drawing(path)) return true;
      throw Error(ErrorCode::usage, "--draw " + drawings + " holds " + image.path +
                                        ", which is an input: pictures with points would lie among the photos. Choose "
                                        "another folder.");
    });
    inputs.own_drawings = all - images.size();
  }
  if (!images.empty()) return inputs;
  if (!inputs.found.errors.empty()) throw inputs.found.errors.front();
  throw Error(ErrorCode::io, "no images but those that an earlier --draw has written.");
}

/// Where the picture of each input goes; empty without --draw. Nobody wants to learn after hours that the results have
/// no place to go, or went where something else was.
std::vector<fs::path> check_results(const Arguments& a, const Inputs& inputs) {
  const std::string out = a.text("out");
  const std::string drawings = a.text("draw");
  ResultFiles results(a.has("overwrite"));
  results.keep(model_file_of(text_path(a.positional().front())), "the model");
  for (const ImageFile& image : inputs.found.images) results.keep(text_path(image.path), "an input image");
  if (!out.empty()) results.check("--out", text_path(out), is_prediction_file);
  if (drawings.empty()) return {};
  const fs::path folder = text_path(drawings);
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
    throw Error(ErrorCode::usage, "--draw " + drawings + " is there and is no folder. Choose another name.");
  }
  std::vector<std::string> names;
  for (const ImageFile& image : inputs.found.images) names.push_back(image.name);
  std::vector<fs::path> pictures = picture_names(names);
  for (fs::path& picture : pictures) picture = folder / picture;
  for (const fs::path& picture : pictures) {
    if (fs::exists(fs::symlink_status(picture, error))) results.check("--draw", picture, is_own_drawing);
  }
  fs::create_directories(folder, error);
  if (error) throw Error(ErrorCode::resource, "cannot create " + drawings + ": " + error.message() + ".");
  return pictures;
}

void add_options(Arguments& a) {
  a.option("out", "FILE", "FILE.csv or FILE.json; default: CSV on standard output", "output");
  a.option("draw", "DIR", "write each image with its points into DIR (none)", "output");
  ResultFiles::add_option(a);
  a.flag("confidence", "add columns c1, c2, ... to CSV: how far off each point is expected to be, in % (JSON has them)",
         "output");
  a.flag("names", "head the columns of CSV with the names of the points, if the model has names", "output");
  a.option("batch", "N", "images that go through the network together, fewer if they need more than 256 MB (16)",
           "output");
  a.option("exif", "WHAT", "apply: turn images as their EXIF orientation says; ignore: pixels as stored (apply)",
           "output");
  a.option("max-pixels", "N", "width x height that an image may have (50000000)", "output");
  a.precision_option();
  a.tta_option();
}

DetectOptions detect_options(const Arguments& a) {
  DetectOptions options;
  options.threads = a.threads();
  options.isa = a.isa();
  options.precision = to_string(chosen_kernels(a).precision);
  options.image = image_options(a);
  options.tta = a.text("tta", options.tta);
  options.batch = static_cast<int>(a.integer("batch", options.batch, 1, 4096));
  return options;
}

/// What the user should know of the model, and options that it or the kind of result does not go with.
void check_model(const Arguments& a, const Predictor& predictor) {
  const Preprocessing& pre = predictor.preprocessing();
  const std::string model = a.positional().front();
  const bool json = a.text("out").ends_with(".json");
  if (!a.quiet() && !predictor.verified()) print_note(kNoChecksum);
  if (!a.quiet() && !pre.unseen.empty()) {
    print_note(printable(point_list(pre.point_names, pre.unseen)) +
               " of the model: no training image showed it, so what is found there means nothing");
  }
  if (a.has("names") && pre.point_names.empty()) {
    throw Error(ErrorCode::usage, "--names: " + model + " only counts its points; leave --names out.");
  }
  if (a.has("names") && json) {
    throw Error(ErrorCode::usage, "--names is for CSV; JSON has the names always. Leave --names out.");
  }
  if (a.has("confidence") && json) {
    throw Error(ErrorCode::usage, "--confidence is for CSV; JSON has it always. Leave --confidence out.");
  }
  if (a.has("confidence") && predictor.error_unit().empty()) {
    throw Error(ErrorCode::usage, "--confidence: " + model +
                                      " has no idea of its errors: an older version made it, or it was trained without "
                                      "validation faces. Leave --confidence out.");
  }
}

/// Finds the points of all files, and hands each image to the writer of pictures, if there is one.
std::vector<Detection> detect_all(Predictor& predictor, const std::vector<ImageFile>& files,
                                  const std::vector<fs::path>& pictures, std::optional<PictureWriter>& writer,
                                  bool quiet) {
  LiveLine live(!quiet);
  DetectCallbacks callbacks;
  callbacks.stop = [&] { return interrupted() || (writer && writer->failed()); };
  callbacks.progress = [&](std::size_t done) {
    live.show(bar(static_cast<double>(done) / static_cast<double>(files.size()), 30) + " " + std::to_string(done) +
              "/" + std::to_string(files.size()));
  };
  if (writer) {
    callbacks.image = [&](std::size_t file, Image image, const Detection& found) {
      writer->add({pictures[file], std::move(image), found.points, alarms_of(found, predictor.usual_error())},
                  interrupted);
    };
  }
  callbacks.progress(0);
  std::vector<Detection> detections = predictor.detect_files(files, callbacks);
  live.clear();
  return detections;
}

void write_points(const Arguments& a, const Predictor& predictor, const std::vector<Detection>& detections) {
  const Preprocessing& pre = predictor.preprocessing();
  const std::string out = a.text("out");
  const CsvColumns columns{a.has("names") ? pre.point_names : std::vector<std::string>{}, a.has("confidence")};
  if (out.empty()) {
    std::fputs(detections_csv(detections, pre.points, columns).c_str(), stdout);
  } else if (out.ends_with(".csv")) {
    write_file_atomically(out, detections_csv(detections, pre.points, columns));
  } else {
    write_file_atomically(out,
                          detections_json(detections, a.positional().front(), pre.point_names, predictor.error_unit()));
  }
}

/// Says what was left out and what failed; returns the number of images that failed.
std::size_t say_failures(const Inputs& inputs, const std::vector<Detection>& detections, bool turned, bool quiet) {
  if (!quiet && !inputs.found.left_out.empty()) std::fprintf(stderr, "note: %s\n", inputs.found.left_out.c_str());
  if (!quiet) say_orientation(detections, turned);
  for (const Error& e : inputs.found.errors) print_error(e.code(), e.what());
  std::size_t failed = 0;
  for (const Detection& d : detections) {
    if (d.error.empty()) continue;
    ++failed;
    print_error(ErrorCode::format, d.error);
  }
  return failed;
}

}  // namespace

int run_detect(const std::vector<std::string_view>& arguments) {
  Arguments a("detect", "detect MODEL INPUT... [options]", "Finds the points in images or folders of images.",
              kDetectExamples);
  add_options(a);
  if (!a.parse(arguments)) return kDone;
  check_arguments(a);
  DetectOptions options = detect_options(a);
  catch_interrupt();
  const Inputs inputs = look_for_images(a);
  const std::vector<ImageFile>& files = inputs.found.images;
  const std::vector<fs::path> pictures = check_results(a, inputs);
  if (static_cast<std::size_t>(options.batch) > files.size()) options.batch = static_cast<int>(files.size());

  Predictor predictor(a.positional().front(), options);
  check_model(a, predictor);
  std::optional<PictureWriter> writer;
  if (!pictures.empty()) writer.emplace(a.threads() > 0 ? a.threads() : available_cores());
  const std::vector<Detection> detections = detect_all(predictor, files, pictures, writer, a.quiet());
  if (interrupted() && detections.empty()) {
    std::fprintf(stderr, "interrupted before the first image was done; nothing was written.\n");
    return kInterrupted;
  }
  write_points(a, predictor, detections);

  const std::size_t failed = say_failures(inputs, detections, options.image.turn, a.quiet());
  const std::string out = a.text("out");
  const std::string drawings = a.text("draw");
  const bool sums_up = !a.quiet() && !out.empty();
  if (sums_up) std::printf("%zu of %zu images -> %s\n", detections.size() - failed, files.size(), out.c_str());
  if (writer) {
    const std::size_t drawn = writer->finish(interrupted);
    if (sums_up) std::printf("%zu pictures -> %s\n", drawn, drawings.c_str());
  }
  if (inputs.own_drawings > 0 && !a.quiet()) {
    std::fprintf(stderr, "note: left out %zu pictures in %s that an earlier --draw has written.\n", inputs.own_drawings,
                 drawings.c_str());
  }
  if (interrupted()) {
    std::fprintf(stderr, "interrupted after %zu of %zu images; their points were written.\n", detections.size(),
                 files.size());
    return kInterrupted;
  }
  return failed > 0 || !inputs.found.errors.empty() ? kData : kDone;
}

}  // namespace fpcpu::cli
