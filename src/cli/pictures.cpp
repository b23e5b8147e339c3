// SPDX-License-Identifier: MIT
#include "cli/pictures.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "core/file.hpp"
#include "data/drawing.hpp"
#include "data/image_write.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::cli {

namespace fs = std::filesystem;

namespace {

constexpr auto kMoment = std::chrono::milliseconds(50);  // a wish to stop is heard within this

/// The name without what would lead out of a folder: a root, "..".
fs::path inside(const std::string& name) {
  fs::path path;
  for (const fs::path& part : text_path(name).lexically_normal().relative_path()) {
    if (part != ".." && part != ".") path /= part;
  }
  return path;
}

fs::path with_png(const fs::path& path) {
  fs::path picture = path;
  return picture.replace_extension(".png");
}

fs::path with_png_behind(const fs::path& path, const std::string& between = "") {
  fs::path picture = path;
  picture += between + ".png";
  return picture;
}

}  // namespace

std::vector<fs::path> picture_names(std::span<const std::string> names) {
  std::map<fs::path, int> count;
  std::vector<fs::path> paths;
  for (const std::string& name : names) {
    paths.push_back(inside(name));
    ++count[with_png(paths.back())];
  }
  std::set<fs::path> taken;
  for (fs::path& path : paths) {
    const fs::path image = path;
    path = count[with_png(image)] == 1 ? with_png(image) : with_png_behind(image);
    // Names made on purpose ("a.jpg.gif" beside "a.jpg" and "a.png"), or one file given twice.
    for (int i = 2; !taken.insert(path).second; ++i)
      path = with_png_behind(image, std::string("-").append(std::to_string(i)));
  }
  return paths;
}

PictureWriter::PictureWriter(int threads) : state_(std::make_shared<State>()) {
  state_->capacity = static_cast<std::size_t>(std::max(1, threads));
  try {
    for (int i = 0; i < std::max(1, threads); ++i) threads_.emplace_back([state = state_] { work(state); });
  } catch (...) {  // the system refuses one more; those that run must not be destroyed running
    (void)close();
    throw;
  }
}

PictureWriter::~PictureWriter() {
  if (!threads_.empty()) {
    try {
      (void)close();
    } catch (const std::exception&) {
      // Whoever wanted to know has asked finish().
    }
  }
}

bool PictureWriter::try_add(Job& job) {
  std::unique_lock lock(state_->mutex);
  if (!state_->changed.wait_for(lock, kMoment, [&] { return state_->jobs.size() < state_->capacity; })) return false;
  if (state_->error) return false;
  state_->jobs.push_back(std::move(job));
  lock.unlock();
  state_->changed.notify_all();
  return true;
}

bool PictureWriter::failed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->error != nullptr;
}

bool PictureWriter::wait_until_done() {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, kMoment,
                                  [&] { return state_->error || (state_->jobs.empty() && state_->busy == 0); });
}

std::size_t PictureWriter::close() {
  bool idle = false;
  {
    const std::scoped_lock lock(state_->writing, state_->mutex);
    state_->closed = true;
    idle = state_->busy == 0;
  }
  state_->changed.notify_all();
  for (std::thread& thread : threads_) {
    if (idle) {
      thread.join();
    } else {
      thread.detach();
    }
  }
  threads_.clear();
  const std::lock_guard lock(state_->mutex);
  if (state_->error) std::rethrow_exception(state_->error);
  return state_->written;
}

void PictureWriter::work(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->changed.wait(lock, [&] { return state->closed || !state->jobs.empty(); });
    if (state->closed) return;
    Job job = std::move(state->jobs.front());
    state->jobs.pop_front();
    ++state->busy;
    lock.unlock();
    state->changed.notify_all();
    std::exception_ptr error;
    try {
      draw(*state, job);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    --state->busy;
    if (error && !state->error) state->error = error;
    state->changed.notify_all();
  }
}

void PictureWriter::draw(State& state, Job& job) {
  const auto bytes = encode_drawing(draw_points(job.image, job.points, job.alarms), ImageFormat::png);
  job.image = {};
  const std::lock_guard writing(state.writing);
  {
    const std::lock_guard lock(state.mutex);
    if (state.closed) return;
  }
  std::error_code error;
  fs::create_directories(job.file.parent_path(), error);
  if (error) {
    throw Error(ErrorCode::resource,
                "cannot create " + path_text(job.file.parent_path()) + ": " + error.message() + ".");
  }
  const Bytes chunk = std::as_bytes(std::span(bytes));
  write_file_atomically(job.file, std::span(&chunk, 1), Flush::no);
  const std::lock_guard lock(state.mutex);
  ++state.written;
}

}  // namespace fpcpu::cli
