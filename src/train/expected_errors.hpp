// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "heads/error_model.hpp"
#include "train/evaluator.hpp"

namespace fpcpu {

/// How the errors of `model` on the faces of `data`, on which it was judged, follow from what can be seen without the
/// truth.
/// @param nme  the normaliser (normaliser.hpp)
[[nodiscard]] ErrorModel learn_errors(const Model& model, const Dataset& data, const Evaluation& judged,
                                      const std::string& nme);

/// How well the errors that a model expects of its points foretell those that they have.
struct ErrorForecast {
  std::size_t points = 0;       ///< with a known error; 0: the model expects none
  double expected = 0;          ///< mean, % of the model's normaliser
  double actual = 0;            ///< likewise
  double rank_correlation = 0;  ///< Spearman's, over all points of all faces
};
[[nodiscard]] ErrorForecast check_forecast(const Model& model, const Dataset& data, const Evaluation& judged);

}  // namespace fpcpu
