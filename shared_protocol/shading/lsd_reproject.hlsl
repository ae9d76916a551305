// Late reprojection of results that were made for older frames: lsd_reproject.h (shared_protocol/reprojection) as a shader.
//
// Only what HLSL and GLSL both understand, like lsd_shade.hlsl. The including file says where the data is, by these macros;
// pixels and texels are int2, (0, 0) is the top left one, `key` is 0 (the newest result) to 3:
//   LSD_R_CONSTANT(i)               float4, i in 0..22: see below
//   LSD_R_DEPTH(pixel)              float, of the frame of now, metres; anything but 0 < depth < 2000 is sky
//   LSD_R_FILL(pixel)               float4, shown where no result saw the point
//   LSD_R_MOTION(pixel)             float2, pixels from now to key 0, where not 0
//   LSD_R_SLOT_ROW(pixel, key, row) float4, row in 0..2: of the matrix that takes a point of the pixel's slot to where it was then
//   LSD_R_KEY_COLOR(key, texel)     float4
//   LSD_R_KEY_DEPTH(key, texel)     float, metres along the view axis of the key's own camera
#ifndef LSD_REPROJECT_INCLUDED
#define LSD_REPROJECT_INCLUDED

#define LSD_R_CAMERA_X LSD_R_CONSTANT(0)  // rows of world_from_camera of the frame of now
#define LSD_R_CAMERA_Y LSD_R_CONSTANT(1)
#define LSD_R_CAMERA_Z LSD_R_CONSTANT(2)
#define LSD_R_LENS LSD_R_CONSTANT(3)     // projection[0][0], [1][1], [0][2], [1][2]
#define LSD_R_SIZE LSD_R_CONSTANT(4)     // width, height; how many keys there are; tolerance, as a share of the depth
#define LSD_R_KEYS LSD_R_CONSTANT(5)     // width and height of the keys' colors, of their depths
#define LSD_R_WEIGHTS LSD_R_CONSTANT(6)  // of each key: less for an older one
#define LSD_R_HAS LSD_R_CONSTANT(7)      // 1 or 0: slots that move, motion vectors, borrow what none saw
#define LSD_R_CLIP 8                     // of each key the rows x, y, w of clip_from_world, then a spare one

float lsd_r_solid(float depth)
{
    // 0 < depth < 2000 in the float's own bits: compilers may assume that nothing is NaN, but not here.
    return asuint(depth) - 1u < 0x44f9ffffu ? depth : 0.0;
}

float lsd_r_key_depth(int key, int2 texel)
{
    int2 size = int2(LSD_R_KEYS.xy);
    int2 coarse = int2(LSD_R_KEYS.zw);
    int2 at = int2((2 * texel.x + 1) * coarse.x / (2 * size.x), (2 * texel.y + 1) * coarse.y / (2 * size.y));
    return lsd_r_solid(LSD_R_KEY_DEPTH(key, at));
}

// Adds one texel of a key to `sum`, if it saw the point. `depth`: how deep the point was there, 0: sky, below 0: not to be tested.
void lsd_r_tap(int key, int2 texel, float share, float depth, inout float4 sum, inout float weight)
{
    float seen = lsd_r_key_depth(key, texel);
    bool same = depth < 0.0 || (depth == 0.0 ? seen == 0.0 : abs(seen - depth) <= LSD_R_SIZE.w * max(depth, 0.1));
    if (same)
    {
        sum += LSD_R_KEY_COLOR(key, texel) * share;
        weight += share;
    }
}

// Bilinear over those of the four texels that saw the same point.
void lsd_r_look(int key, float2 place, float depth, float key_weight, inout float4 sum, inout float weight)
{
    float2 size = LSD_R_KEYS.xy;
    if (!(place.x > -0.5 && place.x < size.x - 0.5 && place.y > -0.5 && place.y < size.y - 0.5)) return;
    float2 at = clamp(place, float2(0.0, 0.0), size - 1.0);
    int2 low = int2(at);
    int2 high = min(low + int2(1, 1), int2(size) - int2(1, 1));
    float2 w = at - float2(low);
    lsd_r_tap(key, low, (1.0 - w.x) * (1.0 - w.y) * key_weight, depth, sum, weight);
    lsd_r_tap(key, int2(high.x, low.y), w.x * (1.0 - w.y) * key_weight, depth, sum, weight);
    lsd_r_tap(key, int2(low.x, high.y), (1.0 - w.x) * w.y * key_weight, depth, sum, weight);
    lsd_r_tap(key, high, w.x * w.y * key_weight, depth, sum, weight);
}

// Where a point was in a key, xy in its pixels, and how deep there, z; w: 1, or 0: behind its camera.
float4 lsd_r_find(int key, int2 pixel, float3 position, float depth)
{
    float2 size = LSD_R_KEYS.xy;
    float2 motion = LSD_R_HAS.y > 0.5 && key == 0 ? LSD_R_MOTION(pixel) : float2(0.0, 0.0);
    if (motion.x != 0.0 || motion.y != 0.0)
    {
        return float4((float2(pixel) + 0.5 + motion) * (size / LSD_R_SIZE.xy) - 0.5, -1.0, 1.0);
    }
    float4 p = float4(position, 1.0);
    if (LSD_R_HAS.x > 0.5 && depth > 0.0)
    {
        p = float4(dot(LSD_R_SLOT_ROW(pixel, key, 0), p), dot(LSD_R_SLOT_ROW(pixel, key, 1), p), dot(LSD_R_SLOT_ROW(pixel, key, 2), p), 1.0);
    }
    float along = dot(LSD_R_CONSTANT(LSD_R_CLIP + key * 4 + 2), p);
    if (!(along > 0.001)) return float4(0.0, 0.0, 0.0, 0.0);
    float x = dot(LSD_R_CONSTANT(LSD_R_CLIP + key * 4), p) / along;
    float y = dot(LSD_R_CONSTANT(LSD_R_CLIP + key * 4 + 1), p) / along;
    return float4((0.5 + 0.5 * x) * size.x - 0.5, (0.5 - 0.5 * y) * size.y - 0.5, depth > 0.0 ? along : 0.0, 1.0);
}

void lsd_r_key(int key, int2 pixel, float3 position, float depth, float key_weight, inout float4 sum, inout float weight)
{
    float4 place = lsd_r_find(key, pixel, position, depth);
    if (place.w > 0.5) lsd_r_look(key, place.xy, place.z, key_weight, sum, weight);
}

// 0: as deep, 1: nothing alike.
float lsd_r_unlike(float seen, float depth)
{
    if (depth < 0.0) return 0.0;
    if (depth == 0.0 || seen == 0.0) return depth == seen ? 0.0 : 1.0;
    return abs(seen - depth) / max(seen, depth);
}

// Of key 0 the texel at `place` or on three rings around it whose depth fits best.
float4 lsd_r_borrowed(float4 place)
{
    int2 last = int2(LSD_R_KEYS.xy) - int2(1, 1);
    int2 centre = int2(clamp(place.xy, float2(0.0, 0.0), float2(last)) + 0.5);
    int2 found = centre;
    float best = lsd_r_unlike(lsd_r_key_depth(0, centre), place.z);
    for (int i = 0; i < 24; ++i)
    {
        int ring = i / 8;
        int way = i - ring * 8;
        int radius = max(1, int(LSD_R_KEYS.x) * (ring == 0 ? 3 : (ring == 1 ? 10 : 26)) / 256);
        // Right, left, down, up, then the diagonals.
        int x = way == 2 || way == 3 ? 0 : (way == 0 || way == 4 || way == 6 ? radius : -radius);
        int y = way == 0 || way == 1 ? 0 : (way == 2 || way == 4 || way == 5 ? radius : -radius);
        int2 texel = clamp(centre + int2(x, y), int2(0, 0), last);
        float cost = lsd_r_unlike(lsd_r_key_depth(0, texel), place.z) + 0.03 * float(ring + 1);
        if (cost < best)
        {
            best = cost;
            found = texel;
        }
    }
    return LSD_R_KEY_COLOR(0, found);
}

// The picture for the frame of now. `unseen`: 1 where no key saw the point, else 0.
float4 lsd_reproject(int2 pixel, out float unseen)
{
    float depth = lsd_r_solid(LSD_R_DEPTH(pixel));
    float2 at = (float2(pixel) + 0.5) / LSD_R_SIZE.xy;
    float x = (2.0 * at.x - 1.0 + LSD_R_LENS.z) / LSD_R_LENS.x;
    float y = (1.0 - 2.0 * at.y + LSD_R_LENS.w) / LSD_R_LENS.y;
    float3 ray = float3(x * LSD_R_CAMERA_X.x + y * LSD_R_CAMERA_X.y - LSD_R_CAMERA_X.z,
                        x * LSD_R_CAMERA_Y.x + y * LSD_R_CAMERA_Y.y - LSD_R_CAMERA_Y.z,
                        x * LSD_R_CAMERA_Z.x + y * LSD_R_CAMERA_Z.y - LSD_R_CAMERA_Z.z);
    // Sky is far away: only the camera's rotation moves it.
    float3 position = float3(LSD_R_CAMERA_X.w, LSD_R_CAMERA_Y.w, LSD_R_CAMERA_Z.w) + ray * (depth > 0.0 ? depth : 100000.0);
    float4 sum = float4(0.0, 0.0, 0.0, 0.0);
    float weight = 0.0;
    float count = LSD_R_SIZE.z;
    if (count > 0.5) lsd_r_key(0, pixel, position, depth, LSD_R_WEIGHTS.x, sum, weight);
    if (count > 1.5) lsd_r_key(1, pixel, position, depth, LSD_R_WEIGHTS.y, sum, weight);
    if (count > 2.5) lsd_r_key(2, pixel, position, depth, LSD_R_WEIGHTS.z, sum, weight);
    if (count > 3.5) lsd_r_key(3, pixel, position, depth, LSD_R_WEIGHTS.w, sum, weight);
    unseen = weight > 0.0 ? 0.0 : 1.0;
    if (weight > 0.0) return sum / weight;
    if (LSD_R_HAS.z > 0.5 && count > 0.5)
    {
        float4 place = lsd_r_find(0, pixel, position, depth);
        if (place.w > 0.5 && abs(place.x) < 16384.0 && abs(place.y) < 16384.0) return lsd_r_borrowed(place);
    }
    return LSD_R_FILL(pixel);
}

#endif
