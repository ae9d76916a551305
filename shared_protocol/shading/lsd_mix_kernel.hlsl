// How much of the painted picture is seen, and where, as a compute kernel: one thread a pixel. Slang makes CUDA of it (generate.py).
// The reference, to the bit: mirage_lsd/pipelines/composite.py.
//
//   mix    8 ints: the output's width and height, the planes' own; a weight of the painted picture, 0..255; 1: the weights of `ids`
//          count in its place; 1: the alpha is the engine's; a spare one
//   painted, color, output: RGBA bytes, one uint each; ids: bytes; weights: 256 uints
#include "lsd_kernel_planes.hlsl"

uint lsd_mixed(uint painted, uint own, int channel, uint weight)
{
    uint top = (painted >> (8 * channel)) & 255u;
    uint under = (own >> (8 * channel)) & 255u;
    // Divided by 255 with rounding; exact at both ends.
    return ((under * (255u - weight) + top * weight + 127u) / 255u) << (8 * channel);
}

[shader("compute")]
[numthreads(128, 1, 1)]
void lsd_mix_kernel(uint3 group : SV_GroupID, uint3 thread : SV_GroupThreadID, uniform int* mix, uniform uint* painted,
                    uniform uint* color, uniform uint8_t* ids, uniform uint* weights, uniform uint* output)
{
    int2 size = int2(mix[0], mix[1]);
    int at = int(group.x * 128 + thread.x);
    if (at >= size.x * size.y) return;
    int source = lsd_sampled(int2(at % size.x, at / size.x), size, int2(mix[2], mix[3]));
    uint weight = uint(mix[4]);
    if (mix[5] != 0) weight = weights[ids[source]];
    uint own = color[source];
    // Nothing painted is needed where nothing of it is seen.
    uint top = weight > 0u ? painted[at] : 0u;
    uint alpha = mix[6] != 0 ? own & 0xff000000u : 0xff000000u;
    output[at] = lsd_mixed(top, own, 0, weight) | lsd_mixed(top, own, 1, weight) | lsd_mixed(top, own, 2, weight) | alpha;
}
