// The kernel as it is, its instructions stood in for.
#include "instructions.h"
//
#include "../src/kernel_avx512_bf16.cpp"
