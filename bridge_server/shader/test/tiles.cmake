# The bfloat16 kernels with a stand-in for their instructions, so that any x86 CPU runs them; with AddressSanitizer, see tiles_test.cpp.

set(AMX_STAND_IN ${CMAKE_CURRENT_SOURCE_DIR}/../../tests/stand_ins/amx)
small_library_test(mirage_tiles_test test/tiles_test.cpp GTest::gtest)
target_sources(mirage_tiles_test PRIVATE src/kernel_portable.cpp test/amx_bf16_by_stand_in.cpp test/avx512_bf16_by_stand_in.cpp)
target_include_directories(mirage_tiles_test PRIVATE ${AMX_STAND_IN})
target_compile_definitions(mirage_tiles_test PRIVATE MIRAGE_X86 MIRAGE_AMX)
target_compile_options(mirage_tiles_test PRIVATE -O1 -Wall -Wextra -Werror -Wno-psabi -fno-math-errno -fno-trapping-math)
