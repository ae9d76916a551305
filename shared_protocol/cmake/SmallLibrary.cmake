# What the small native libraries (the daemon's pixel kernels, late reprojection) have in common.

# Options <prefix>_BUILD_TESTS and <prefix>_SANITIZE, and how everything in the folder is compiled.
macro(small_library_options prefix)
  option(${prefix}_BUILD_TESTS "Build the tests" OFF)
  set(${prefix}_SANITIZE "" CACHE STRING "address: build with AddressSanitizer and UndefinedBehaviorSanitizer")
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release)
  endif()
  set(CMAKE_CXX_STANDARD 17)
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
  set(CMAKE_CXX_VISIBILITY_PRESET hidden)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  find_package(Threads REQUIRED)
  if(${prefix}_SANITIZE STREQUAL "address")
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
  endif()
endmacro()

# Links it, names it and installs it into the Python package. `exports`: a version script.
function(small_library target exports)
  target_link_libraries(${target} PRIVATE Threads::Threads)
  if(UNIX AND NOT APPLE)
    # A C++ run-time library that is linked in must not take the place of the process' own.
    target_link_options(${target} PRIVATE -Wl,--version-script=${exports})
    set_target_properties(${target} PROPERTIES LINK_DEPENDS ${exports})
  endif()
  if(MINGW)
    set_target_properties(${target} PROPERTIES PREFIX "")  # as every other compiler names it
  endif()
  install(TARGETS ${target}
    LIBRARY DESTINATION mirage_lsd/_native COMPONENT python
    RUNTIME DESTINATION mirage_lsd/_native COMPONENT python)
endfunction()

# A GoogleTest program; `tested`: a target or a library that is built already.
macro(small_library_test target source tested)
  enable_testing()
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${target} ${source})
  target_include_directories(${target} PRIVATE include)
  target_link_libraries(${target} PRIVATE ${tested} GTest::gtest_main)
  gtest_discover_tests(${target})
endmacro()
