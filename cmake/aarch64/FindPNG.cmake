# SPDX-License-Identifier: MIT
# The headers of the host's libpng without its library, which is not for Arm: what is built for Arm reads no pictures.
find_path(PNG_PNG_INCLUDE_DIR png.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PNG REQUIRED_VARS PNG_PNG_INCLUDE_DIR)
if(PNG_FOUND AND NOT TARGET PNG::PNG)
  add_library(PNG::PNG INTERFACE IMPORTED)
endif()
