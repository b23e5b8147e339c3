// SPDX-License-Identifier: MIT
#include "train/epoch_line.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "support/messages.hpp"

using namespace fpcpu;
using test::contains;

TEST_CASE("an epoch's line fits into 80 columns under its header, whatever the figures; wide terminals get more") {
  EpochResult r;
  r.epoch = 12;
  r.epochs = 300;
  r.lr = 1.234e-3;
  r.train_loss = 4.8364;
  r.train_mse100 = 59.754;
  r.val_loss = 2.5702;
  r.val_mse100 = 23.47;
  r.fit_mse100 = 21.78;
  r.val_nme = 0.1177;
  r.images_per_s = 203.4;
  r.seconds = 5999;
  r.best = true;
  const std::string line = epoch_line(r, 80);
  for (const char* part : {"12/300", "4.8364", "59.75", "2.5702", "23.47", "21.78", "11.77", "203", "1:39:59", " *"}) {
    CHECK_MESSAGE(contains(line, part), line);
  }
  CHECK(epoch_header(r, 80).size() + 2 == line.size());
  CHECK(!contains(line, "1.23e-03"));
  CHECK(contains(epoch_line(r, kWideColumns), "1.23e-03"));
  CHECK(epoch_header(r, kWideColumns).size() + 2 == epoch_line(r, kWideColumns).size());

  r.val_nme = std::numeric_limits<double>::quiet_NaN();
  CHECK(!contains(epoch_line(r, 80), "nan"));
  r.epoch = r.epochs = 9999;
  r.train_loss = r.val_loss = 1.7e28;
  r.train_mse100 = r.val_mse100 = r.fit_mse100 = 123456.7;
  r.val_nme = 9.99;
  r.images_per_s = 99999;
  r.seconds = 99 * 3600;
  CHECK(epoch_line(r, 80).size() <= 80);
  r.val_mse100 = std::numeric_limits<double>::quiet_NaN();  // no validation set
  CHECK(!contains(epoch_line(r, 80), "nan"));
  CHECK(!contains(epoch_header(r, 80), "nme"));
}
