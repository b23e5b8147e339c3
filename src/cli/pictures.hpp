// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu::cli {

/// Where the pictures of images with these names go, inside a folder: "sub/a.jpg" becomes "sub/a.png" (PNG for all, so
/// that dots stay crisp), or "sub/a.jpg.png" where "sub/a.png" would be that of another image as well. No two are equal
/// and none leaves the folder.
[[nodiscard]] std::vector<std::filesystem::path> picture_names(std::span<const std::string> names);

/// Draws points on images and writes the pictures, on threads of its own while the caller goes on.
class PictureWriter {
 public:
  explicit PictureWriter(int threads);
  /// As abandon(), if there was no finish().
  ~PictureWriter();
  PictureWriter(const PictureWriter&) = delete;
  PictureWriter& operator=(const PictureWriter&) = delete;

  struct Job {
    std::filesystem::path file;  // its folder is made
    Image image;
    std::vector<float> points;  // x1,y1,... in pixels of the image
    std::vector<float> alarms;  // see draw_points()
  };

  /// Waits while as many pictures as threads are waiting, which bounds the memory, or until `stop`.
  /// @return false if the picture was not taken: `stop` said so, or an earlier one could not be written.
  template <class Stop>
  bool add(Job job, const Stop& stop) {
    while (!try_add(job)) {
      if (stop() || failed()) return false;
    }
    return true;
  }

  /// False once a picture could not be written.
  [[nodiscard]] bool failed() const;
  /// Waits for all pictures, or until `stop`, and returns how many were written.
  /// @throws Error{resource} if one could not be written.
  template <class Stop>
  std::size_t finish(const Stop& stop) {
    while (!wait_until_done()) {
      if (stop()) break;
    }
    return close();
  }

 private:
  /// What the threads share; it outlives them when they are left behind.
  struct State {
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> jobs;
    std::size_t capacity = 1;
    std::size_t busy = 0;
    std::size_t written = 0;
    bool closed = false;  // nothing is written any more
    std::exception_ptr error;
    std::mutex writing;  // held while a file is written, so that closing waits for whole files
  };

  static void work(const std::shared_ptr<State>& state);
  static void draw(State& state, Job& job);
  /// Waits a moment for room.
  bool try_add(Job& job);
  /// Waits a moment.
  bool wait_until_done();
  /// No file is begun after this; drawing that is under way is left behind, since nothing can stop an encoder.
  std::size_t close();

  std::shared_ptr<State> state_;
  std::vector<std::thread> threads_;
};

}  // namespace fpcpu::cli
