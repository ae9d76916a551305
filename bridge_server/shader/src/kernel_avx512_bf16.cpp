#define KERNEL_NAME avx512_bf16
#include "kernel.inl"
