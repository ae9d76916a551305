#define KERNEL_NAME avx512
#include "kernel.inl"
