# SPDX-License-Identifier: MIT
# What `cmake --install` puts in place: the program, the public headers, one static library per room, and the package
# that gives a user's project fpcpu::fpcpu, which is all of them.
include(CMakePackageConfigHelpers)

add_library(fpcpu_library INTERFACE)
target_link_libraries(fpcpu_library INTERFACE fpcpu_search fpcpu_predict)
target_compile_features(fpcpu_library INTERFACE cxx_std_20)
set_target_properties(fpcpu_library PROPERTIES EXPORT_NAME fpcpu)
add_library(fpcpu::fpcpu ALIAS fpcpu_library)

if(FPCPU_THIS_MACHINE)
  install(CODE "message(WARNING \"This build has kernels for this machine only and is slow on others; \`cmake --preset release\` configures one for all.\")")
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fpcpu)
install(DIRECTORY include/fpcpu DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS fpcpu_core fpcpu_kernels fpcpu_layers fpcpu_heads fpcpu_graph fpcpu_data fpcpu_optim fpcpu_io fpcpu_streams fpcpu_options
                fpcpu_report fpcpu_train fpcpu_search fpcpu_predict fpcpu_library
  EXPORT fpcpuTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT fpcpuTargets NAMESPACE fpcpu:: DESTINATION ${package_dir})
configure_package_config_file(cmake/fpcpuConfig.cmake.in ${PROJECT_BINARY_DIR}/fpcpuConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/fpcpuConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/fpcpuConfig.cmake ${PROJECT_BINARY_DIR}/fpcpuConfigVersion.cmake
  DESTINATION ${package_dir})
