// An engine's planes as plain arrays, for compute kernels (Slang makes CUDA of them): what lsd_shade.hlsl wants of its including file.
//
//   constants 18 float4: LSD_CONSTANT, and a last one: the planes' own width and height, 1 where that is not the picture's, a spare one
//   color, normals, slots (256): RGBA bytes, one uint each; ids: bytes; depth: metres; objects: 3 x 256, see LSD_OBJECT_ROW
// What the constants say is not there is not read.
static float4* lsd_constants;
static uint* lsd_color;
static float* lsd_depth;
static uint* lsd_normals;
static uint8_t* lsd_ids;
static uint* lsd_slots;
static float4* lsd_objects;

float4 lsd_unpacked(uint v)
{
    return float4(float(v & 255u), float((v >> 8) & 255u), float((v >> 16) & 255u), float(v >> 24)) * (1.0 / 255.0);
}

// Of the nearest pixel in planes of another size.
int lsd_sampled(int2 pixel, int2 size, int2 source)
{
    return (2 * pixel.y + 1) * source.y / (2 * size.y) * source.x + (2 * pixel.x + 1) * source.x / (2 * size.x);
}

int lsd_index(int2 pixel)
{
    if (lsd_constants[17].z > 0.5) return lsd_sampled(pixel, int2(lsd_constants[6].xy), int2(lsd_constants[17].xy));
    return pixel.y * int(lsd_constants[6].x) + pixel.x;
}

#define LSD_CONSTANT(i) lsd_constants[i]
#define LSD_COLOR(pixel) lsd_unpacked(lsd_color[lsd_index(pixel)])
#define LSD_DEPTH(pixel) lsd_depth[lsd_index(pixel)]
#define LSD_NORMAL(pixel) lsd_unpacked(lsd_normals[lsd_index(pixel)])
#define LSD_SLOT(pixel) (lsd_unpacked(lsd_slots[lsd_ids[lsd_index(pixel)]]).xy * float2(255.0, 1.0))
#define LSD_OBJECT_ROW(pixel, row) lsd_objects[(row) * 256 + int(lsd_ids[lsd_index(pixel)])]
