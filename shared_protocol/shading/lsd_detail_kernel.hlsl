// Puts a finished picture's detail, and the colors that say something, onto what was painted of it, as a compute kernel: one thread a
// pixel. Slang makes CUDA of it (generate.py).
//
//   signals  how much of its own color a pixel keeps, 0..1; not read where nothing is kept
#include "lsd_layers.hlsl"

[shader("compute")]
[numthreads(128, 1, 1)]
void lsd_detail_kernel(uint3 group : SV_GroupID, uint3 thread : SV_GroupThreadID, uniform float* numbers, uniform uint* color,
                       uniform float* scale, uniform float* signals, uniform uint* painted, uniform uint* output)
{
    lsd_numbers = numbers;
    int2 size = int2(int(numbers[0]), int(numbers[1]));
    int at = int(group.x * 128 + thread.x);
    if (at >= size.x * size.y) return;
    int2 pixel = int2(at % size.x, at / size.x);
    uint own = lsd_pixel(color, pixel);
    float level = lsd_level(own);
    float base = lsd_base(scale, pixel, level);
    float change = clamp((base - numbers[10]) * numbers[12] + (level - base) * numbers[13], -1.6, 1.6);
    float3 colors = lsd_channels(painted[at]) * (exp(change) * numbers[14]) + float3(0.5, 0.5, 0.5);
    colors = clamp(colors, float3(0.0, 0.0, 0.0), float3(255.0, 255.0, 255.0));
    if (numbers[15] > 0.0)
    {
        float kept = lsd_smooth(signals, 0, pixel, numbers[7], numbers[8]) * numbers[15];
        colors += (lsd_channels(own) - colors) * kept;
    }
    output[at] = lsd_bytes(colors, 0xff000000u);
}
