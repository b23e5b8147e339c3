# SPDX-License-Identifier: MIT
# The headers of the host's oneTBB without its library, which is not for Arm: enough for programs that start no thread.
find_path(TBB_INCLUDE_DIR oneapi/tbb/parallel_for.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TBB REQUIRED_VARS TBB_INCLUDE_DIR)
if(TBB_FOUND AND NOT TARGET TBB::tbb)
  add_library(TBB::tbb INTERFACE IMPORTED)
endif()
