#define KERNEL_NAME avx512_bf16
#define KERNEL_PAIRS
#include "kernel.inl"
