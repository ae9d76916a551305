// A finished picture as the network sees it, gray and smooth, as a compute kernel: one thread a pixel. Slang makes CUDA of it (generate.py).
#include "lsd_layers.hlsl"

[shader("compute")]
[numthreads(128, 1, 1)]
void lsd_seen_kernel(uint3 group : SV_GroupID, uint3 thread : SV_GroupThreadID, uniform float* numbers, uniform uint* color,
                     uniform float* scale, uniform uint* output)
{
    lsd_numbers = numbers;
    int2 size = int2(int(numbers[0]), int(numbers[1]));
    int at = int(group.x * 128 + thread.x);
    if (at >= size.x * size.y) return;
    int2 pixel = int2(at % size.x, at / size.x);
    uint own = lsd_pixel(color, pixel);
    float contrast = clamp(lsd_base(scale, pixel, lsd_level(own)) - numbers[10], -3.0, 2.0);
    float gray = floor(min(exp(contrast * 0.6) * 127.5, 255.0));
    float share = numbers[11];
    float3 mixed = float3(gray, gray, gray) * share + lsd_channels(own) * (1.0 - share) + float3(0.5, 0.5, 0.5);
    output[at] = lsd_bytes(mixed, own & 0xff000000u);
}
