# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts down: headers, liblimen, the tool, a CMake package and a pkg-config file.
include(CMakePackageConfigHelpers)

set(limen_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/limen)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/limen DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(TARGETS limen EXPORT limenTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT limenTargets NAMESPACE limen:: DESTINATION ${limen_package_dir})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/limenConfig.cmake.in
  ${PROJECT_BINARY_DIR}/limenConfig.cmake
  INSTALL_DESTINATION ${limen_package_dir} PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
# Before 1.0 a minor version may break the one before it.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/limenConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/limenConfig.cmake ${PROJECT_BINARY_DIR}/limenConfigVersion.cmake
  DESTINATION ${limen_package_dir})

# Relative to the file itself, so that the installed tree can be moved.
file(RELATIVE_PATH limen_pc_prefix
  /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" limen_pc_prefix "${limen_pc_prefix}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/limen.pc.in ${PROJECT_BINARY_DIR}/limen.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/limen.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(LIMEN_BUILD_TOOL AND TARGET limen_tool)
  file(RELATIVE_PATH limen_bin_to_lib /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(limen_tool PROPERTIES INSTALL_RPATH $ORIGIN/${limen_bin_to_lib})
  install(TARGETS limen_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
