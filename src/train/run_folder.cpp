#include "train/run_folder.hpp"

#include "fpcpu/error.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

RunFolder::RunFolder(fs::path path) : path_(std::move(path)), log_(path_ / "log.txt", std::ios::app) {
  if (!log_) {
    throw Error(ErrorCode::resource, "cannot write in " + path_.string() + ". Choose another folder with --out.");
  }
}

RunFolder RunFolder::create(const std::string& wanted) {
  fs::path path = wanted;
  if (wanted.empty()) {
    path = fs::path("runs") / "train";
    for (int i = 2; fs::exists(path); ++i) path = fs::path("runs") / ("train" + std::to_string(i));
  } else if (fs::exists(path / "last.safetensors") || fs::exists(path / "model.safetensors")) {
    throw Error(ErrorCode::usage, path.string() + " already holds a run. Go on with it by --resume " + path.string() +
                                      ", or choose another --out.");
  }
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw Error(ErrorCode::resource, "cannot create " + path.string() + ": " + error.message() + ".");
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
