// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace fpcpu {

/// For results that are a folder of their own: it must not exist yet, or be empty, so that nothing of the user's is
/// replaced or mixed with results. @throws Error{usage}
void check_new_folder(const std::filesystem::path& folder);

}  // namespace fpcpu
