#define KERNEL_NAME amx_bf16
#define KERNEL_TILES
#include "kernel.inl"
