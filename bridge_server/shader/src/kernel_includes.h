// What kernel.inl needs, outside of its namespace.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#ifdef MIRAGE_X86
#include <immintrin.h>
#endif

#include "kernel.h"
