// What `mirage-lsd-v1` paints in one pixel: geometry -> guide -> world fields -> head -> strength. The one definition for engines.
//
// PyTorch is the reference (mirage_lsd/models/guide.py, fields.py, character_tint.py, head.py); the golden test holds all forms
// within 2/255 of it. The text uses only what HLSL and GLSL both understand (lsd_portable.glsl makes it GLSL; the WGSL form is
// generated), so include it as it is. It needs no compute: a pixel shader with textures and one constant buffer will do.
//
// The including file says where the data is, by seven macros:
//   LSD_CONSTANT(i)         float4, i in 0..16: see below
//   LSD_WEIGHT(i)           float4, i in 0..1800: the head with the controls folded in, as it comes over the wire: of each layer the
//                           matrix, out x in, row by row, then the bias; 48 x 48 (guide 32, context 16), 48 x 48 twice, 3 x 48
//   LSD_CONTEXT(cell, part) float4, cell in 0..size - 1, part in 0..3: four of the sixteen channels
//   LSD_COLOR(pixel)        float4, the engine's picture, 0..1, sRGB-encoded
//   LSD_DEPTH(pixel)        float, metres along the view axis; anything but 0 < depth < 2000 is sky
//   LSD_NORMAL(pixel)       float4, xyz: world space, n / 2 + 0.5
//   LSD_SLOT(pixel)         float2: 1 skin, 2 hair, 3 outfit, 4 what nobody built, 5 what grows, else 0; the strength of the
//                           pixel's slot, 0..1
// and, where slots send transforms, an eighth:
//   LSD_OBJECT_ROW(pixel, row) float4, row in 0..2: of the matrix that takes a point of the world into the space of the pixel's slot;
//                           rotation and translation undone, the scale kept, so that metres stay metres; the identity where there is
//                           no transform
// Pixels are int2, (0, 0) is the top left one. Space is the protocol's: metres, right-handed, +y up, the camera looks along -z.
#ifndef LSD_SHADE_INCLUDED
#define LSD_SHADE_INCLUDED

// Loops whose arrays then live in registers. Define it as nothing where a compiler takes too long.
#ifndef LSD_UNROLL
#define LSD_UNROLL [unroll]
#endif

#define LSD_CAMERA_X LSD_CONSTANT(0)  // rows of world_from_camera
#define LSD_CAMERA_Y LSD_CONSTANT(1)
#define LSD_CAMERA_Z LSD_CONSTANT(2)
#define LSD_LENS LSD_CONSTANT(3)  // projection[0][0], [1][1], [0][2], [1][2]
#define LSD_SUN LSD_CONSTANT(4)   // xyz: unit, towards the sun; w: strength of the whole picture, 0..1
#define LSD_SEED LSD_CONSTANT(5)  // xyz: offset of the fields, metres; w: 1: the alpha is the engine's, 0: it is 1
#define LSD_SIZE LSD_CONSTANT(6)  // the picture's width and height in pixels, the context's in cells
#define LSD_HAS LSD_CONSTANT(7)   // 1 or 0: depth (else color alone), sent normals, slots (2: with transforms), a context that is brought to this frame
#define LSD_CONTEXT_X LSD_CONSTANT(8)  // rows x, y, w of clip_from_world of the frame that the context was made for
#define LSD_CONTEXT_Y LSD_CONSTANT(9)
#define LSD_CONTEXT_W LSD_CONSTANT(10)
#define LSD_PALETTE 11  // of skin, hair, outfit, two rows each: linear RGB, second RGB, share of bands, share of stripes

#define LSD_TURN 6.28318531
// Sky has no depth; so far away only the camera's rotation moves it.
#define LSD_SKY_METRES 100000.0

struct LSDPlace
{
    float3 position;  // world, metres; sky lies on a dome of clouds that goes with the camera
    float3 view;      // unit, from the camera
    float3 ray;       // the same, as long as one metre of depth
    float depth;      // metres, 0: sky
    float solid;      // 1, 0: sky
    float footprint;  // size of the pixel there, seen head on, metres
};

LSDPlace lsd_place(int2 pixel)
{
    float2 at = (float2(pixel) + 0.5) / LSD_SIZE.xy;
    float x = (2.0 * at.x - 1.0 + LSD_LENS.z) / LSD_LENS.x;
    float y = (1.0 - 2.0 * at.y + LSD_LENS.w) / LSD_LENS.y;
    float depth = LSD_DEPTH(pixel);
    // 0 < depth < 2000 in the float's own bits: compilers may assume that nothing is NaN, but not here.
    bool solid = asuint(depth) - 1u < 0x44f9ffffu;

    LSDPlace place;
    place.ray = float3(x * LSD_CAMERA_X.x + y * LSD_CAMERA_X.y - LSD_CAMERA_X.z,
                       x * LSD_CAMERA_Y.x + y * LSD_CAMERA_Y.y - LSD_CAMERA_Y.z,
                       x * LSD_CAMERA_Z.x + y * LSD_CAMERA_Z.y - LSD_CAMERA_Z.z);
    place.view = place.ray * rsqrt(dot(place.ray, place.ray));
    place.depth = solid ? depth : 0.0;
    place.solid = solid ? 1.0 : 0.0;
    float angle = 2.0 / (LSD_LENS.y * LSD_SIZE.y);
    if (solid)
    {
        place.position = float3(LSD_CAMERA_X.w, LSD_CAMERA_Y.w, LSD_CAMERA_Z.w) + place.ray * place.depth;
        place.footprint = place.depth * angle;
    }
    else
    {
        float reach = 6.0 / (max(place.view.y, 0.0) + 0.12);
        place.position = float3(place.view.x * reach, 0.0, place.view.z * reach);
        // Below the horizon the dome would hang in curtains: what is sky there has no clouds.
        place.footprint = reach * angle + max(-place.view.y, 0.0) * 200.0;
    }
    return place;
}

// The shorter of the two differences stays on the surface; at the picture's sides the only one there is counts.
float3 lsd_tangent(int2 pixel, LSDPlace here, int2 step, int2 last)
{
    int2 next = pixel + step;
    int2 before = pixel - step;
    bool has_next = next.x <= last.x && next.y <= last.y;
    bool has_before = before.x >= 0 && before.y >= 0;
    float3 forward = lsd_place(has_next ? next : pixel).position - here.position;
    float3 backward = here.position - lsd_place(has_before ? before : pixel).position;
    if (!has_before) return forward;
    if (!has_next) return backward;
    if (dot(forward, forward) <= dot(backward, backward)) return forward;
    return backward;
}

// Unit, world space; zeros for sky.
float3 lsd_normal(int2 pixel, LSDPlace here)
{
    if (LSD_HAS.y > 0.5)
    {
        float3 sent = LSD_NORMAL(pixel).xyz * 2.0 - 1.0;
        return sent * (rsqrt(dot(sent, sent) + 1e-6) * here.solid);
    }
    int2 last = int2(LSD_SIZE.xy) - int2(1, 1);
    float3 a = lsd_tangent(pixel, here, int2(1, 0), last);
    float3 b = lsd_tangent(pixel, here, int2(0, 1), last);
    float3 n = cross(a, b);
    n = n * (rsqrt(dot(n, n) + 1e-20) * here.solid);
    if (dot(n, here.view) > 0.0) n = -n;
    return n;
}

bool lsd_on_surface(float3 step, float3 n)
{
    float across = dot(step, n);
    return across * across < dot(step, step) * dot(n, n) * 0.15;
}

// Which way a surface runs along the row: to the pixel eight to the right if that lies on it, else to the left, else 0.
float3 lsd_row_tangent(int2 pixel, LSDPlace here, float3 n)
{
    int reach = 8;
    if (pixel.x + reach < int(LSD_SIZE.x))
    {
        float3 right = lsd_place(pixel + int2(reach, 0)).position - here.position;
        if (lsd_on_surface(right, n)) return right;
    }
    if (pixel.x >= reach)
    {
        float3 left = here.position - lsd_place(pixel - int2(reach, 0)).position;
        if (lsd_on_surface(left, n)) return left;
    }
    return float3(0.0, 0.0, 0.0);
}

// Hashes by the permutation polynomial of Gustavson and McEwan, exact in float32: never in half precision.
float2 lsd_mod289(float2 x) { return x - floor(x * (1.0 / 289.0)) * 289.0; }
float4 lsd_mod289(float4 x) { return x - floor(x * (1.0 / 289.0)) * 289.0; }
float2 lsd_permute(float2 x) { return lsd_mod289((x * 34.0 + 1.0) * x); }
float4 lsd_permute(float4 x) { return lsd_mod289((x * 34.0 + 1.0) * x); }
float4 lsd_unit(float4 x) { return lsd_permute(x) * (2.0 / 288.0) - 1.0; }

// One value in -1..1 for each cell; two cells at once.
float2 lsd_cell_hash(float2 x, float2 y, float2 z, float2 salt)
{
    float2 hash = lsd_permute(lsd_permute(lsd_mod289(x) + salt) + lsd_mod289(y)) + lsd_mod289(z);
    return lsd_permute(hash) * (2.0 / 288.0) - 1.0;
}

// Smooth noise in about -1..1, lattice spacing 1.
float lsd_value_noise(float3 p, float salt)
{
    float3 corner = floor(p);
    float3 f = p - corner;
    f = f * f * (3.0 - 2.0 * f);
    float2 x = lsd_mod289(float2(corner.x, corner.x + 1.0));
    float2 y = lsd_mod289(float2(corner.y, corner.y + 1.0));
    float2 z = lsd_mod289(float2(corner.z, corner.z + 1.0));
    float2 columns = lsd_permute(x + salt);
    float4 edges = lsd_permute(columns.xyxy + y.xxyy);
    float4 low = lsd_unit(edges + z.x);
    float4 high = lsd_unit(edges + z.y);
    float4 along_x = float4(low.xz, high.xz) + (float4(low.yw, high.yw) - float4(low.xz, high.xz)) * f.x;
    float2 along_y = along_x.xz + (along_x.yw - along_x.xz) * f.y;
    return along_y.x + (along_y.y - along_y.x) * f.z;
}

// 1 where a period (metres) spans 2.4 pixels, 0 where it spans 1.2: finer would only alias.
float lsd_fade(float footprint, float period) { return saturate(period / (footprint * 1.2) - 1.0); }

// How much of a pixel a line covers whose axis is so many metres away.
float lsd_line(float metres, float half_width, float footprint)
{
    float half_pixel = footprint * 0.5;
    float covered = max(half_width + half_pixel - metres, 0.0);
    return min(min(covered / (2.0 * half_pixel + 1e-6), 1.0), half_width / (half_pixel + 1e-6));
}

// Channels 17 to 31 of the guide; `tint` is channels 13 to 16. `built`: 0 where there are no windows, beams and bricks.
void lsd_fields(float3 position, float3 n, float3 tangent, float footprint, float built, inout float4 guide[8])
{
    // One centimetre under the surface: cell borders that coincide with walls must not flicker.
    float3 q = position - n * 0.01 + LSD_SEED.xyz;
    guide[4].y = lsd_value_noise(q * 0.06, 7.0) * lsd_fade(footprint, 1.0 / 0.06);
    guide[4].z = lsd_value_noise(q * 0.25, 38.0) * lsd_fade(footprint, 4.0);
    guide[4].w = lsd_value_noise(q, 69.0) * lsd_fade(footprint, 1.0);
    guide[5].x = lsd_value_noise(q * 4.0, 100.0) * lsd_fade(footprint, 0.25);
    guide[5].y = lsd_value_noise(q * 14.0, 131.0) * lsd_fade(footprint, 1.0 / 14.0);
    float3 coarse = floor(q * 0.5);
    float3 fine = floor(q * 2.0);
    float2 cells = lsd_cell_hash(float2(coarse.x, fine.x), float2(coarse.y, fine.y), float2(coarse.z, fine.z), float2(101.0, 118.0));
    guide[5].z = cells.x * lsd_fade(footprint, 2.0);
    guide[5].w = cells.y * lsd_fade(footprint, 0.5);
    // The two coordinates along the surface, by the axis that it faces most; nearly diagonal walls by columns of space.
    bool is_floor = abs(n.y) >= 0.7;
    bool known = tangent.x * tangent.x + tangent.z * tangent.z > tangent.y * tangent.y;
    float across = known ? abs(tangent.z) : abs(n.x);
    float sideways = known ? abs(tangent.x) : abs(n.z);
    float2 column = floor(q.xz * 0.125);
    float limit = lsd_cell_hash(column.xx, float2(0.0, 0.0), column.yy, float2(157.0, 157.0)).x * 0.25 + 1.38;
    bool faces_x = across > sideways * limit && !is_floor;
    float2 uv = float2(faces_x ? q.z : q.x, is_floor ? q.z : q.y);
    float2 turns = uv * 0.5 - round(uv * 0.5);
    // No windows, beams and bricks on ceilings.
    float patterned = n.y > -0.7 ? built : 0.0;
    float grid = lsd_fade(footprint, 2.0) * patterned;
    guide[6] = float4(sin(turns * LSD_TURN), cos(turns * LSD_TURN)) * grid;
    guide[7].x = lsd_line(abs(turns.x) * 2.0, 0.05, footprint) * grid;
    guide[7].y = lsd_line(abs(turns.y) * 2.0, 0.05, footprint) * grid;
    // Bricks of 0.5 m x 0.25 m, every other course moved by half a brick.
    float rows = uv.y * 4.0;
    float course = floor(rows);
    float along = uv.x * 2.0 + (course - 2.0 * floor(course * 0.5)) * 0.5;
    float joint = min(abs(along - round(along)) * 0.5, abs(rows - round(rows)) * 0.25);
    float bricks = lsd_fade(footprint, 0.25) * patterned;
    guide[7].z = lsd_line(joint, 0.012, footprint) * bricks;
    float brick = floor(along);
    guide[7].w = lsd_cell_hash(float2(brick, brick), float2(course, course), float2(0.0, 0.0), float2(211.0, 211.0)).x * bricks;
}

// Of the second color, for a wave of which a pixel covers `turn` radians.
float lsd_pattern(float wave, float turn)
{
    return saturate(0.5 + 0.5 * wave / (0.1 + turn * (0.5 + 0.125 * turn * turn)));
}

// What a character wears, linear RGB: bands by height, stripes by the direction that the surface faces. `part`: 1 to 3.
float3 lsd_tint(int part, float3 n, float height, float footprint)
{
    float4 first = LSD_CONSTANT(LSD_PALETTE + 2 * part - 2);
    float4 second = LSD_CONSTANT(LSD_PALETTE + 2 * part - 1);
    float level = height * 5.0;
    float bands = lsd_pattern(cos((level - round(level)) * LSD_TURN), footprint * (LSD_TURN / 0.2));
    float level_length = max(sqrt(n.x * n.x + n.z * n.z), 0.05);
    float2 wave = n.xz / level_length;
    // The cosine of eight times the azimuth, by doubling the angle three times.
    wave = float2(wave.x * wave.x - wave.y * wave.y, 2.0 * wave.x * wave.y);
    wave = float2(wave.x * wave.x - wave.y * wave.y, 2.0 * wave.x * wave.y);
    wave = float2(wave.x * wave.x - wave.y * wave.y, 2.0 * wave.x * wave.y);
    float stripes = lsd_pattern(wave.x, footprint * (8.0 / 0.2) / level_length);
    float3 other = float3(first.w, second.xy);
    return first.xyz + (other - first.xyz) * (second.z * bands + second.w * stripes);
}

// Size of the pixel on the surface, metres: larger where that is seen at a grazing angle, at most five times.
float lsd_footprint(LSDPlace here, float3 n)
{
    float incidence = here.solid > 0.5 ? max(abs(dot(n, here.view)), 0.2) : 1.0;
    return here.footprint / incidence + 1e-4;
}

// What fields and patterns are functions of, as the object sees it that the pixel is of: what moves takes its texture along.
void lsd_to_object_space(int2 pixel, LSDPlace here, inout float3 position, inout float3 n, inout float3 tangent)
{
#ifdef LSD_OBJECT_ROW
    if (LSD_HAS.z < 1.5 || here.solid < 0.5) return;
    float4 x = LSD_OBJECT_ROW(pixel, 0);
    float4 y = LSD_OBJECT_ROW(pixel, 1);
    float4 z = LSD_OBJECT_ROW(pixel, 2);
    position = float3(dot(x.xyz, position) + x.w, dot(y.xyz, position) + y.w, dot(z.xyz, position) + z.w);
    n = float3(dot(x.xyz, n), dot(y.xyz, n), dot(z.xyz, n));
    tangent = float3(dot(x.xyz, tangent), dot(y.xyz, tangent), dot(z.xyz, tangent));
#endif
}

// All that the head is told about a pixel but the context. `surface`: see LSD_SLOT.
void lsd_guide(int2 pixel, float4 color, LSDPlace here, int surface, inout float4 guide[8])
{
    guide[0] = float4(color.xyz * 2.0 - 1.0, here.solid / (1.0 + here.depth));
    float3 n = lsd_normal(pixel, here);
    // What grows has in all its directions what lies on slopes.
    if (surface == 5 && here.solid > 0.5) n.y = max(n.y, 0.5);
    guide[1] = float4(log(1.0 + here.depth) * 0.2, n);
    guide[2] = float4(1.0 - here.solid, 1.0, dot(n, LSD_SUN.xyz), dot(here.view, LSD_SUN.xyz));
    float footprint = lsd_footprint(here, n);
    // Sky that is seen below the horizon is the horizon's.
    float elevation = here.solid > 0.5 ? here.view.y : max(here.view.y, 0.0);
    guide[3] = float4(elevation, 0.0, 0.0, 0.0);
    guide[4] = float4(0.0, 0.0, 0.0, 0.0);
    float3 position = here.position;
    float3 faced = n;
    float3 tangent = lsd_row_tangent(pixel, here, n);
    lsd_to_object_space(pixel, here, position, faced, tangent);
    if (surface >= 1 && surface <= 3)
    {
        float3 tint = lsd_tint(surface, faced, position.y, footprint);
        guide[3] = float4(elevation, 1.0, tint.xy);
        guide[4].x = tint.z;
    }
    lsd_fields(position, faced, tangent, footprint, surface >= 4 ? 0.0 : 1.0, guide);
}

// Where the context is read, in 0..1: at the pixel itself, or where the context's own frame saw the same point.
float2 lsd_context_at(int2 pixel, LSDPlace here)
{
    float2 at = (float2(pixel) + 0.5) / LSD_SIZE.xy;
    if (LSD_HAS.w < 0.5) return at;
    float3 eye = float3(LSD_CAMERA_X.w, LSD_CAMERA_Y.w, LSD_CAMERA_Z.w);
    float4 p = float4(here.solid > 0.5 ? here.position : eye + here.ray * LSD_SKY_METRES, 1.0);
    float w = dot(LSD_CONTEXT_W, p);
    if (w < 0.001) return at;
    return float2(0.5 + 0.5 * dot(LSD_CONTEXT_X, p) / w, 0.5 - 0.5 * dot(LSD_CONTEXT_Y, p) / w);
}

float4 lsd_hardswish(float4 x) { return x * saturate(x * (1.0 / 6.0) + 0.5); }

// The head: entry, two residual layers, exit. sRGB-encoded, 0..1.
float3 lsd_head(float4 guide[8], float2 context_at)
{
    float4 h[12];
    LSD_UNROLL for (int g = 0; g < 8; ++g) h[g] = guide[g];
    // Bilinear, as torch's interpolate with align_corners=False.
    float2 cell = clamp(context_at * LSD_SIZE.zw - 0.5, float2(0.0, 0.0), LSD_SIZE.zw - 1.0);
    int2 low = int2(cell);
    int2 high = min(low + int2(1, 1), int2(LSD_SIZE.zw) - int2(1, 1));
    float2 weight = cell - float2(low);
    LSD_UNROLL for (int c = 0; c < 4; ++c)
    {
        float4 top = lerp(LSD_CONTEXT(low, c), LSD_CONTEXT(int2(high.x, low.y), c), weight.x);
        float4 bottom = lerp(LSD_CONTEXT(int2(low.x, high.y), c), LSD_CONTEXT(high, c), weight.x);
        h[8 + c] = lerp(top, bottom, weight.y);
    }
    for (int layer = 0; layer < 3; ++layer)
    {
        int row = layer * 588;
        float kept = layer > 0 ? 1.0 : 0.0;
        // One output a round: 48 rounds are more than drivers unroll by themselves, which took them minutes.
        float sums[48];
        LSD_UNROLL for (int k = 0; k < 48; ++k)
        {
            float4 sum = float4(0.0, 0.0, 0.0, 0.0);
            LSD_UNROLL for (int i = 0; i < 12; ++i) sum += LSD_WEIGHT(row + k * 12 + i) * h[i];
            sums[k] = sum.x + sum.y + sum.z + sum.w;
        }
        LSD_UNROLL for (int j = 0; j < 12; ++j)
        {
            float4 sum = float4(sums[j * 4], sums[j * 4 + 1], sums[j * 4 + 2], sums[j * 4 + 3]) + LSD_WEIGHT(row + 576 + j);
            h[j] = lsd_hardswish(sum) + h[j] * kept;
        }
    }
    float3 rgb = LSD_WEIGHT(1800).xyz;
    LSD_UNROLL for (int o = 0; o < 12; ++o)
    {
        rgb += float3(dot(LSD_WEIGHT(1764 + o), h[o]), dot(LSD_WEIGHT(1776 + o), h[o]), dot(LSD_WEIGHT(1788 + o), h[o]));
    }
    return saturate(rgb * 0.5 + 0.5);
}

// The painted picture, sRGB-encoded, 0..1.
float3 lsd_shade(int2 pixel, float4 color, int surface)
{
    float4 guide[8];
    LSD_UNROLL for (int g = 0; g < 8; ++g) guide[g] = float4(0.0, 0.0, 0.0, 0.0);
    float2 at = (float2(pixel) + 0.5) / LSD_SIZE.xy;
    if (LSD_HAS.x > 0.5)
    {
        LSDPlace here = lsd_place(pixel);
        lsd_guide(pixel, color, here, surface, guide);
        at = lsd_context_at(pixel, here);
    }
    else
    {
        guide[0] = float4(color.xyz * 2.0 - 1.0, 0.0);
    }
    return lsd_head(guide, at);
}

// The finished pixel: painted, mixed with the engine's own picture by the strength of the whole and of the pixel's slot.
float4 lsd_shaded(int2 pixel)
{
    float4 color = LSD_COLOR(pixel);
    float2 slot = LSD_HAS.z > 0.5 ? LSD_SLOT(pixel) : float2(0.0, 1.0);
    float strength = LSD_SUN.w * slot.y;
    float alpha = LSD_SEED.w > 0.5 ? color.w : 1.0;
    if (strength <= 0.0) return float4(color.xyz, alpha);
    return float4(lerp(color.xyz, lsd_shade(pixel, color, int(slot.x + 0.5)), strength), alpha);
}

// For engines whose picture is linear.
float3 lsd_encode_srgb(float3 color)
{
    float3 c = saturate(color);
    float3 curve = 1.055 * pow(max(c, float3(1e-5, 1e-5, 1e-5)), float3(1.0 / 2.4, 1.0 / 2.4, 1.0 / 2.4)) - 0.055;
    return float3(c.x <= 0.0031308 ? c.x * 12.92 : curve.x, c.y <= 0.0031308 ? c.y * 12.92 : curve.y,
                  c.z <= 0.0031308 ? c.z * 12.92 : curve.z);
}

float3 lsd_decode_srgb(float3 c)
{
    float3 curve = pow((c + 0.055) / 1.055, float3(2.4, 2.4, 2.4));
    return float3(c.x <= 0.04045 ? c.x / 12.92 : curve.x, c.y <= 0.04045 ? c.y / 12.92 : curve.y,
                  c.z <= 0.04045 ? c.z / 12.92 : curve.z);
}

#endif
