// Stand-in for a CUDA device: runs a kernel's text on the CPU, each thread of a block a thread of its own, so that a missing
// __syncthreads() is a race here, too. Knows what the daemon's kernels need.
#pragma once
#include <barrier>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

typedef unsigned char uchar;
typedef unsigned int uint;
struct float2 { float x, y; };
struct float3 { float x, y, z; };
struct float4 { float x, y, z, w; };
struct int2 { int x, y; };
struct uint2 { unsigned x, y; };
struct uint3 { unsigned x, y, z; };
struct uint4 { unsigned x, y, z, w; };
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float3 make_float3(float x, float y, float z) { return {x, y, z}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline float __uint_as_float(unsigned bits) { float x; std::memcpy(&x, &bits, sizeof x); return x; }
inline unsigned __float_as_uint(float x) { unsigned bits; std::memcpy(&bits, &x, sizeof bits); return bits; }
using std::fabs, std::floor;

#define LSD_DEVICE inline
#define __device__
#define __global__
#define __shared__ static
inline thread_local uint3 threadIdx, blockIdx;
inline std::barrier<>* lsd_block_barrier;
inline void __syncthreads() { if (lsd_block_barrier) lsd_block_barrier->arrive_and_wait(); }

// Of kernels that run thread after thread.
inline unsigned atomicAdd(unsigned* sum, unsigned more) { const unsigned before = *sum; *sum += more; return before; }

// Launches `kernel` with a grid of `columns` x `rows` blocks of `threads` threads, one thread after the other: for kernels whose threads
// don't know each other. `fills_shared`: each block fills what is __shared__ with the same, so the first one runs twice.
template <typename Kernel>
void lsd_launch_serial(unsigned columns, unsigned rows, unsigned threads, bool fills_shared, Kernel kernel)
{
    const unsigned again = fills_shared ? 1 : 0;
    for (unsigned block = 0; block < columns * rows + again; ++block)
    {
        const unsigned number = block > 0 ? block - again : 0;
        blockIdx = {number % columns, number / columns, 0};
        for (unsigned t = 0; t < threads; ++t)
        {
            threadIdx = {t, 0, 0};
            kernel();
        }
    }
}

// Launches `kernel` with a grid of `columns` x `rows` blocks of `threads` threads. `poison` fills what is __shared__ with anything.
template <typename Kernel, typename Poison>
void lsd_launch(unsigned columns, unsigned rows, unsigned threads, Kernel kernel, Poison poison)
{
    poison();
    std::barrier<> barrier(threads);
    std::barrier blocks(threads, [=]() noexcept { poison(); });
    lsd_block_barrier = &barrier;
    std::vector<std::thread> team;
    for (unsigned t = 0; t < threads; ++t)
        team.emplace_back([=, &blocks] {
            threadIdx = {t, 0, 0};
            for (unsigned block = 0; block < columns * rows; ++block)
            {
                blockIdx = {block % columns, block / columns, 0};
                kernel();
                // One block at a time: they share what is __shared__.
                blocks.arrive_and_wait();
            }
        });
    for (std::thread& thread : team) thread.join();
    lsd_block_barrier = nullptr;
}
