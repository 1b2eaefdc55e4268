# Install, export and find_package(mincoap). Every target gives its headers as a file set.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

get_property(libraries GLOBAL PROPERTY MINCOAP_LIBRARIES)
install(TARGETS mincoap ${libraries} EXPORT mincoapTargets FILE_SET HEADERS)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/mincoap")
install(EXPORT mincoapTargets NAMESPACE mincoap:: DESTINATION "${package_dir}")
configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/mincoapConfig.cmake.in" "${CMAKE_CURRENT_BINARY_DIR}/mincoapConfig.cmake"
    INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(
    "${CMAKE_CURRENT_BINARY_DIR}/mincoapConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/mincoapConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/mincoapConfigVersion.cmake"
    DESTINATION "${package_dir}")
