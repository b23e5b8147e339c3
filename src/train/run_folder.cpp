#include "train/run_folder.hpp"

#include "fpcpu/error.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

fs::path free_run_folder(const std::string& name) {
  fs::path path = fs::path("runs") / name;
  for (int i = 2; fs::exists(path); ++i) path = fs::path("runs") / (name + std::to_string(i));
  return path;
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw Error(ErrorCode::resource, "cannot create " + path.string() + ": " + error.message() + ".");
}

RunFolder::RunFolder(fs::path path) : path_(std::move(path)), log_(path_ / "log.txt", std::ios::app) {
  if (!log_) {
    throw Error(ErrorCode::resource, "cannot write in " + path_.string() + ". Choose another folder with --out.");
  }
}

RunFolder RunFolder::create(const std::string& wanted) {
  fs::path path = wanted;
  if (wanted.empty()) {
    path = free_run_folder("train");
  } else if (fs::exists(path / "last.safetensors") || fs::exists(path / "model.safetensors")) {
    throw Error(ErrorCode::usage, path.string() + " already holds a run. Go on with it by --resume " + path.string() +
                                      ", or choose another --out.");
  }
  make_folder(path);
  return RunFolder(path);
}

RunFolder RunFolder::open(const std::string& path) {
  if (!fs::exists(fs::path(path) / "last.safetensors")) {
    throw Error(ErrorCode::io, path + " has no last.safetensors, so there is no run to resume.");
  }
  return RunFolder(path);
}

void RunFolder::log(const std::string& line) {
  log_ << line << '\n';
  log_.flush();
}

}  // namespace fpcpu
