#define KERNEL_NAME portable
#include "kernel.inl"
