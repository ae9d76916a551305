// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lsd_unreal {

/** How a daemon's picture (8 bits a channel, sRGB-encoded) is stored so that sampling the texture gives linear light.
 */
enum class PictureWrite {
  kCopy,       /**< the texture is marked sRGB: the GPU decodes */
  kLinear8,    /**< 8 bits, not marked: decoded here, with 8 bits' banding in the dark */
  kLinearHalf, /**< 16-bit floats, decoded here */
};

/** Bytes of a pixel as written. */
inline size_t pixel_bytes(PictureWrite write) { return write == PictureWrite::kLinearHalf ? 8 : 4; }

/** Writes `pixels` pixels of four channels from `source` to `target`; the fourth channel, alpha, is copied as it is. */
void write_picture(PictureWrite write, const uint8_t* source, uint8_t* target, size_t pixels);

/** The sRGB transfer function's inverse, 0..255 to linear 0..1. */
float linear_from_srgb(uint8_t encoded);

/** IEEE half precision of 0..1, rounded to nearest. */
uint16_t half_from_unit(float value);

}  // namespace lsd_unreal
