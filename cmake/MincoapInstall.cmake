# Install, export and find_package(mincoap). The headers of a target are its file set.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

get_property(libraries GLOBAL PROPERTY MINCOAP_LIBRARIES)
install(TARGETS mincoap ${libraries} EXPORT mincoapTargets FILE_SET HEADERS)

set(components mincoap)
foreach(library IN LISTS libraries)
    get_target_property(component ${library} EXPORT_NAME)
    list(APPEND components ${component})
endforeach()
list(JOIN components ", " components)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/mincoap")
install(EXPORT mincoapTargets NAMESPACE mincoap:: DESTINATION "${package_dir}")
configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/mincoapConfig.cmake.in" "${CMAKE_CURRENT_BINARY_DIR}/mincoapConfig.cmake"
    INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(
    "${CMAKE_CURRENT_BINARY_DIR}/mincoapConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/mincoapConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/mincoapConfigVersion.cmake"
    "${CMAKE_CURRENT_LIST_DIR}/FindBearSSL.cmake" "${CMAKE_CURRENT_LIST_DIR}/FindPSACrypto.cmake"
    DESTINATION "${package_dir}")
install(FILES README.md LICENSE-APACHE LICENSE-MIT DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# For pkg-config: mincoap.pc, which has headers only, and a file for each static library. Their paths are relative to
# the files, so an installation can be moved.
function(mincoap_install_pkg_config name description)
    cmake_parse_arguments(PARSE_ARGV 2 pc "" "REQUIRES;LIBS;CFLAGS" "")
    cmake_path(SET from NORMALIZE "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
    foreach(folder IN ITEMS INCLUDE LIB)
        cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_${folder}DIR BASE_DIRECTORY "${from}" OUTPUT_VARIABLE pc_${folder}DIR)
    endforeach()
    configure_file(cmake/mincoap.pc.in "${CMAKE_CURRENT_BINARY_DIR}/${name}.pc" @ONLY)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()
mincoap_install_pkg_config(mincoap "${PROJECT_DESCRIPTION}")
if(TARGET mincoap_posix)
    mincoap_install_pkg_config(mincoap-posix "mincoap's UDP socket for POSIX" REQUIRES mincoap LIBS -lmincoap_posix)
    mincoap_install_pkg_config(mincoap-posix-directory "mincoap's files for POSIX" REQUIRES mincoap
        LIBS -lmincoap_posix_directory_unchecked CFLAGS -DMINCOAP_CHECKED=0)
endif()
