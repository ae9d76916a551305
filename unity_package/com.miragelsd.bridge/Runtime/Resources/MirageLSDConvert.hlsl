// From what Unity rendered to the protocol's planes (PROTOCOL.md, section 2), one function a plane.
//
// Only what HLSL and C++ both understand (no swizzles): the package's tests compile this very file with a C++ compiler and
// check its numbers. The macros LSD_SAMPLE_COLOR, LSD_LOAD_DEPTH, LSD_LOAD_MOTION and LSD_LOAD_NORMAL are the caller's,
// and so is LSD_ARE_NORMALS_PACKED, which is URP's keyword for accurate G-buffer normals.
//
// Coordinates: `pixel` is SV_Position, so row 0 of the target is row 0 of what is read back, on every graphics API, and the
// protocol wants the picture's top there. Unity's textures have v = 0 at the picture's bottom, on every graphics API.

float4 _LSDTarget;        // width, height; 1: encode as sRGB (the project's color space is linear); 1: flip once more
float4 _LSDTaps;          // how far the four taps of the color are from the pixel's middle, pixels: 0 where nothing is scaled
float4 _LSDUsed;          // how much of the source textures is in use, as a share; depth's and motion's in texels, 0: the same share
float4 _LSDDepth;         // 1 / metres = raw * x + y; orthographic (w = 1): metres = raw * x + y; z: the raw value of "nothing"
float4 _LSDLens;          // clip.w = metres * x + y; clip.z = metres * z + w
float4 _LSDOblique;       // what the picture's x and y (-1..1) add to 1 / metres, and to clip.z a metre: a tilted near plane
float4 _LSDMotion;        // engine frames since the last captured one, 0: there is none; 1: HDRP's encoding; 1: no vectors; 1: no depth
float4 _LSDEye;           // metres = dot(world position, this)
float4 _LSDScreen;        // the share of the width, from the left, that stays the engine's own picture; 1: textures begin at the top
float4 _LSDNormals;       // 0: URP's, 1: HDRP's, 2: the built-in pipeline's encoding; the far plane; 1: no normals
float4 _LSDRays;          // camera space = (picture's x and y, -1..1, * xy + zw) * metres; orthographic: without the metres
float4x4 _LSDWorldFromCamera;
float4x4 _LSDToCaptured;  // clip space of the last captured frame, from this frame's
float4x4 _LSDToPrevious;  // clip space of the engine's previous frame, from this frame's

// The sky has no depth; so far away only the camera's rotation moves it.
static const float LSD_SKY_METRES = 100000.0;
// A clip-space w below this is behind the camera.
static const float LSD_LEAST_W = 0.0001;

float2 LSDSourceUV(float2 pixel)
{
    float v = pixel.y / _LSDTarget.y;
    if (_LSDTarget.w < 0.5) v = 1.0 - v;
    return float2(pixel.x / _LSDTarget.x, v);
}

float LSDEncodeChannel(float linearValue)
{
    float c = saturate(linearValue);
    if (_LSDTarget.z < 0.5) return c;
    return c <= 0.0031308 ? c * 12.92 : 1.055 * pow(c, 1.0 / 2.4) - 0.055;
}

// Four taps: the target may be half as large as the source. All in the middle, they are the pixel itself.
float4 LSDConvertColor(float2 pixel)
{
    float4 a = LSD_SAMPLE_COLOR(LSDSourceUV(float2(pixel.x - _LSDTaps.x, pixel.y - _LSDTaps.x)));
    float4 b = LSD_SAMPLE_COLOR(LSDSourceUV(float2(pixel.x + _LSDTaps.x, pixel.y - _LSDTaps.x)));
    float4 c = LSD_SAMPLE_COLOR(LSDSourceUV(float2(pixel.x - _LSDTaps.x, pixel.y + _LSDTaps.x)));
    float4 d = LSD_SAMPLE_COLOR(LSDSourceUV(float2(pixel.x + _LSDTaps.x, pixel.y + _LSDTaps.x)));
    return float4(LSDEncodeChannel((a.x + b.x + c.x + d.x) * 0.25), LSDEncodeChannel((a.y + b.y + c.y + d.y) * 0.25),
                  LSDEncodeChannel((a.z + b.z + c.z + d.z) * 0.25), saturate((a.w + b.w + c.w + d.w) * 0.25));
}

// Metres along the view axis; 0 is sky.
float LSDMetres(float raw, float2 uv)
{
    if (_LSDMotion.w > 0.5 || raw == _LSDDepth.z) return 0.0;
    float value = raw * _LSDDepth.x + _LSDDepth.y;
    if (_LSDDepth.w > 0.5) return value;
    return 1.0 / (value + (uv.x * 2.0 - 1.0) * _LSDOblique.x + (uv.y * 2.0 - 1.0) * _LSDOblique.y);
}

float LSDConvertDepth(float2 pixel)
{
    float2 uv = LSDSourceUV(pixel);
    return LSDMetres(LSD_LOAD_DEPTH(uv), uv);
}

// How far the camera's own movement moves a still point on the target, pixels, +y down.
float2 LSDCameraMotion(float4 clip, float4x4 previousFromCurrent)
{
    float4 before = mul(previousFromCurrent, clip);
    if (before.w < LSD_LEAST_W) return float2(0.0, 0.0);
    float x = (before.x / before.w - clip.x / clip.w) * 0.5 * _LSDTarget.x;
    float y = (before.y / before.w - clip.y / clip.w) * -0.5 * _LSDTarget.y;
    return float2(x, y);
}

// Pixels from this frame to the one that was captured before. The engine's vectors reach back one engine frame only; what
// the camera did since the last captured frame is known exactly, and what moved by itself is taken as moving on evenly.
float2 LSDConvertMotion(float2 pixel)
{
    if (_LSDMotion.x < 0.5) return float2(0.0, 0.0);
    float2 uv = LSDSourceUV(pixel);
    bool hasVectors = _LSDMotion.z < 0.5;
    float4 stored = LSD_LOAD_MOTION(uv);
    float2 engine = float2(-stored.x * _LSDTarget.x, stored.y * _LSDTarget.y);
    // HDRP writes more than 1 where an object has no motion vectors.
    bool isStill = _LSDMotion.y > 0.5 && stored.x > 1.0;
    if (isStill) engine = float2(0.0, 0.0);
    if (_LSDMotion.x < 1.5 && hasVectors) return engine;
    float metres = LSDMetres(LSD_LOAD_DEPTH(uv), uv);
    if (metres <= 0.0) metres = LSD_SKY_METRES;
    float w = metres * _LSDLens.x + _LSDLens.y;
    float x = uv.x * 2.0 - 1.0;
    float y = uv.y * 2.0 - 1.0;
    float slope = _LSDLens.z + x * _LSDOblique.z + y * _LSDOblique.w;
    float4 clip = float4(x * w, y * w, metres * slope + _LSDLens.w, w);
    float2 captured = LSDCameraMotion(clip, _LSDToCaptured);
    if (!hasVectors) return captured;
    float2 previous = LSDCameraMotion(clip, _LSDToPrevious);
    return float2(captured.x + _LSDMotion.x * (engine.x - previous.x), captured.y + _LSDMotion.x * (engine.y - previous.y));
}

// Metres in camera space, which looks along -z; z = 0: sky.
float3 LSDCameraPoint(float2 pixel)
{
    float2 uv = LSDSourceUV(pixel);
    float metres = LSDMetres(LSD_LOAD_DEPTH(uv), uv);
    float reach = _LSDDepth.w > 0.5 ? 1.0 : metres;
    return float3(((uv.x * 2.0 - 1.0) * _LSDRays.x + _LSDRays.z) * reach, ((uv.y * 2.0 - 1.0) * _LSDRays.y + _LSDRays.w) * reach, -metres);
}

// To the next pixel of the same surface: of the two differences the shorter one.
float3 LSDAlongSurface(float2 pixel, float3 here, float2 next)
{
    float3 ahead = LSDCameraPoint(float2(pixel.x + next.x, pixel.y + next.y)) - here;
    float3 behind = here - LSDCameraPoint(float2(pixel.x - next.x, pixel.y - next.y));
    if (dot(ahead, ahead) <= dot(behind, behind)) return ahead;
    return behind;
}

float3 LSDWorldDirection(float3 v)
{
    float4 world = mul(_LSDWorldFromCamera, float4(v.x, v.y, v.z, 0.0));
    return float3(world.x, world.y, world.z);
}

// Where the pipeline has no normal.
float3 LSDNormalOfDepth(float2 pixel, float3 here)
{
    float3 n = cross(LSDAlongSurface(pixel, here, float2(1.0, 0.0)), LSDAlongSurface(pixel, here, float2(0.0, 1.0)));
    float3 view = _LSDDepth.w > 0.5 ? float3(0.0, 0.0, -1.0) : here;
    if (dot(n, view) > 0.0) n = n * -1.0;
    return LSDWorldDirection(n);
}

// Two numbers of 12 bits in three bytes, an octahedron folded into a square. Zeros are what the buffer was cleared with.
float3 LSDUnpackOctahedron(float4 stored)
{
    float low = floor(stored.z * 255.5);
    float high = floor(low / 16.0);
    low = low - 16.0 * high;
    float x = (floor(stored.x * 255.5) + 256.0 * low) / 4095.0 * 2.0 - 1.0;
    float y = (floor(stored.y * 255.5) + 256.0 * high) / 4095.0 * 2.0 - 1.0;
    if (stored.x + stored.y + stored.z == 0.0) return float3(0.0, 0.0, 0.0);
    // Without abs(), which some compilers of shaders get wrong here.
    float z = 1.0 - (x < 0.0 ? -x : x) - (y < 0.0 ? -y : y);
    float fold = z < 0.0 ? -z : 0.0;
    return float3(x + (x >= 0.0 ? -fold : fold), y + (y >= 0.0 ? -fold : fold), z);
}

// The built-in pipeline draws this texture by RenderType: what has none is missing in it, and the depth there is another thing's.
float3 LSDUnpackDepthNormals(float4 stored, float metres)
{
    float off = (stored.z + stored.w / 255.0) * _LSDNormals.y - metres;
    if (off < 0.0) off = -off;
    if (off > 0.01 * metres + 0.0001 * _LSDNormals.y) return float3(0.0, 0.0, 0.0);
    float x = (stored.x * 2.0 - 1.0) * 1.7777;
    float y = (stored.y * 2.0 - 1.0) * 1.7777;
    float scale = 2.0 / (x * x + y * y + 1.0);
    return LSDWorldDirection(float3(scale * x, scale * y, scale - 1.0));
}

// World space of Unity; zeros: there is none.
float3 LSDStoredNormal(float4 stored, float metres)
{
    if (_LSDNormals.z > 0.5) return float3(0.0, 0.0, 0.0);
    if (_LSDNormals.x > 1.5) return LSDUnpackDepthNormals(stored, metres);
    if (_LSDNormals.x > 0.5 || LSD_ARE_NORMALS_PACKED) return LSDUnpackOctahedron(stored);
    return float3(stored.x, stored.y, stored.z);
}

// Of the protocol's world, whose z is turned. Nothing that has a depth is without a normal.
float4 LSDConvertNormal(float2 pixel)
{
    float3 here = LSDCameraPoint(pixel);
    if (here.z >= 0.0) return float4(0.5, 0.5, 0.5, 0.0);
    float3 n = LSDStoredNormal(LSD_LOAD_NORMAL(LSDSourceUV(pixel)), -here.z);
    if (dot(n, n) < 0.25) n = LSDNormalOfDepth(pixel, here);
    n = n * rsqrt(dot(n, n) + 1e-20);
    return float4(n.x * 0.5 + 0.5, n.y * 0.5 + 0.5, 0.5 - n.z * 0.5, 1.0);
}

// Of a marked thing: is this pixel of it in front of everything else? `scene` is the plane of depth there, 0: sky or unknown.
// What was drawn for the picture itself is as far away as the scene, but for rounding.
bool LSDIsInFront(float metres, float scene)
{
    return scene <= 0.0 || metres <= scene * 1.01 + 0.02;
}

// Where a point of the viewport, -1..1, lies on the result. Never from pixels: with dynamic resolution the target is smaller than
// scripts know. Row 0 of the target is row 0 of the result; clip space has it at the top or at the bottom.
float2 LSDOnResult(float2 clip)
{
    float v = clip.y * 0.5 + 0.5;
    if (_LSDScreen.y > 0.5) v = 1.0 - v;
    return float2(clip.x * 0.5 + 0.5, v);
}

// The result over the camera's picture; false: the engine's own stays.
bool LSDIsPainted(float2 share)
{
    return share.x >= _LSDScreen.x;
}
