// What the shading pass (shared_protocol/shading) is given besides textures: numbers in the shader's order.
#pragma once

#include <lsd/lsd.h>

#include <array>
#include <cstdint>
#include <vector>

namespace mirage_hook {

constexpr int kShadeConstants = 17;                   /**< vec4 */
constexpr int kWeightColumns = 12, kWeightRows = 151; /**< texels of four numbers */
constexpr int kContextChannels = 16;                  /**< four texels a cell */
constexpr int kSlotNumbers = 256;

/** What the shader reads of the slots' tables, as LSD_HAS.z counts it. */
enum class SlotUse { none = 0, surfaces = 1, surfaces_and_transforms = 2 };

/** Whether the shader was written for a context's numbers. */
bool can_shade_with(const lsd_context& context);
/** LSD_CONSTANT of a frame. `camera`: its own; `context`: whose planes and camera it had does not matter here. */
std::array<float, 4 * kShadeConstants> shade_constants(const lsd_camera& camera, int width, int height, SlotUse slots,
                                                       const lsd_context& context);
/** Whether one of the slots says where its thing is. */
bool has_transforms(const std::vector<lsd_slot>& slots);
/** LSD_OBJECT_ROW of each number in the plane ids, three rows of the table one below the other: the world as the thing
 * sees it that the number is of; the world's own where there is no transform. */
std::array<float, 3 * 4 * kSlotNumbers> object_table(const std::vector<lsd_slot>& slots);
/** LSD_SLOT of each number in the plane ids, four bytes: surface, strength in 255ths, 0, 0. */
std::array<uint8_t, 4 * kSlotNumbers> slot_table(const std::vector<lsd_slot>& slots);

}  // namespace mirage_hook
