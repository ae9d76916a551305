// A finished picture in two layers, for the kernels that take it apart and put it together. PyTorch is the reference:
// mirage_lsd/pipelines/mirage/picture_layers.py.
//
//   numbers  16 floats: the picture's width and height, the planes' own (0 to 3); the cells' columns and rows, pixels to a cell's side (4 to
//            6); columns and rows of what may keep its color, pixels from one to the next (7 to 9); the exposure (10), the share that is
//            finished (11), how much of the large-scale contrast (12) and of the detail (13) comes back, what a dark picture leaves of the
//            gain (14), how much color is kept (15)
#include "lsd_kernel_planes.hlsl"

static float* lsd_numbers;

float lsd_level(uint v)
{
    float luma = float(v & 255u) * 0.299 + float((v >> 8) & 255u) * 0.587 + float((v >> 16) & 255u) * 0.114;
    return log(luma * (1.0 / 255.0) + 0.02);
}

uint lsd_pixel(uint* color, int2 pixel)
{
    return color[lsd_sampled(pixel, int2(int(lsd_numbers[0]), int(lsd_numbers[1])), int2(int(lsd_numbers[2]), int(lsd_numbers[3])))];
}

// Bilinear, as torch's interpolate with align_corners=False; `first`: where the plane begins.
float lsd_smooth(float* plane, int first, int2 pixel, float columns, float rows)
{
    float x = max((float(pixel.x) + 0.5) * (columns / lsd_numbers[0]) - 0.5, 0.0);
    float y = max((float(pixel.y) + 0.5) * (rows / lsd_numbers[1]) - 0.5, 0.0);
    int2 low = int2(int(x), int(y));
    int2 high = min(low + int2(1, 1), int2(int(columns), int(rows)) - int2(1, 1));
    float2 w = float2(x, y) - float2(low);
    int across = int(columns);
    float top = lerp(plane[first + low.y * across + low.x], plane[first + low.y * across + high.x], w.x);
    float bottom = lerp(plane[first + high.y * across + low.x], plane[first + high.y * across + high.x], w.x);
    return lerp(top, bottom, w.y);
}

// The smooth layer; `scale`: slope and offset of the guided filter in each cell.
float lsd_base(float* scale, int2 pixel, float level)
{
    int cells = int(lsd_numbers[4]) * int(lsd_numbers[5]);
    float slope = lsd_smooth(scale, 0, pixel, lsd_numbers[4], lsd_numbers[5]);
    return lsd_smooth(scale, cells, pixel, lsd_numbers[4], lsd_numbers[5]) + slope * level;
}

uint lsd_bytes(float3 color, uint alpha)
{
    float3 c = clamp(color, float3(0.0, 0.0, 0.0), float3(255.0, 255.0, 255.0));
    return uint(c.x) | (uint(c.y) << 8) | (uint(c.z) << 16) | alpha;
}

float3 lsd_channels(uint v) { return float3(float(v & 255u), float((v >> 8) & 255u), float((v >> 16) & 255u)); }
