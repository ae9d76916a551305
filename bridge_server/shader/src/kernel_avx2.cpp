#define KERNEL_NAME avx2
#include "kernel.inl"
