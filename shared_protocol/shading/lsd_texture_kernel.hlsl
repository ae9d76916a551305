// How finished a picture is, for `textured` of mirage_lsd/pipelines/mirage/picture_layers.py: second differences of luma along every fifth
// row, counted. One thread a pixel of those. Slang makes CUDA of it (generate.py).
//
//   size   2 ints, width and height; color: RGBA bytes, one uint each; counts: 64 uints, zeros before: levels of 1 / 64, the last: more
float lsd_luma(uint v) { return float(v & 255u) * 0.299 + float((v >> 8) & 255u) * 0.587 + float((v >> 16) & 255u) * 0.114; }

[shader("compute")]
[numthreads(128, 1, 1)]
void lsd_texture_kernel(uint3 group : SV_GroupID, uint3 thread : SV_GroupThreadID, uniform int* size, uniform uint* color,
                        uniform uint* counts)
{
    int width = size[0];
    int inner = width - 2;
    int rows = (size[1] + 4) / 5;
    int at = int(group.x * 128 + thread.x);
    if (at >= inner * rows) return;
    int first = at / inner * 5 * width + at % inner;
    float curved = abs(lsd_luma(color[first + 2]) - 2.0 * lsd_luma(color[first + 1]) + lsd_luma(color[first]));
    InterlockedAdd(counts[min(int(curved * 64.0), 63)], 1u);
}
