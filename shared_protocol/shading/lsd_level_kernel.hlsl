// What the guided filter looks at of a picture, as a compute kernel: the mean level of each cell, and one pixel for each that may keep
// its color. One thread for each of the larger number. Slang makes CUDA of it (generate.py).
#include "lsd_layers.hlsl"

[shader("compute")]
[numthreads(128, 1, 1)]
void lsd_level_kernel(uint3 group : SV_GroupID, uint3 thread : SV_GroupThreadID, uniform float* numbers, uniform uint* color,
                      uniform float* levels, uniform uint* sampled)
{
    lsd_numbers = numbers;
    int2 size = int2(int(numbers[0]), int(numbers[1]));
    int columns = int(numbers[4]);
    int side = int(numbers[6]);
    int step = int(numbers[9]);
    int at = int(group.x * 128 + thread.x);
    if (at < columns * int(numbers[5]))
    {
        int2 first = int2(at % columns, at / columns) * side;
        int2 end = min(first + int2(side, side), size);
        float sum = 0.0;
        for (int y = first.y; y < end.y; ++y)
        {
            for (int x = first.x; x < end.x; ++x) sum += lsd_level(lsd_pixel(color, int2(x, y)));
        }
        levels[at] = sum / float((end.x - first.x) * (end.y - first.y));
    }
    int across = int(numbers[7]);
    if (at < across * int(numbers[8])) sampled[at] = lsd_pixel(color, int2(at % across, at / across) * step);
}
