// Stand-in for a processor's tiles: what the kernels' AMX instructions do to them, and what they did wrong.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace stand_in {

// A mistake that a test has made in every kernel that runs, to see whether it is noticed.
enum class Planted { kNothing, kStrideTooLong, kStrideTooShort, kNoConfig, kNoRelease };
inline std::atomic<Planted> planted{Planted::kNothing};

// What the processor would have answered with an exception, or bytes read or written that no array holds (seen where
// the program is compiled with AddressSanitizer).
inline std::atomic<int> mistakes{0};
inline std::atomic<const char*> last_mistake{""};
// Threads whose tiles are in use.
inline std::atomic<int> threads_with_tiles{0};
inline std::atomic<long> products{0};

inline void misused(const char* how) {
  last_mistake = how;
  ++mistakes;
}

// AMX and AVX-512 take denormal numbers for zero here, and round to the nearest even.
inline uint16_t to_bfloat16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  const uint32_t exponent = bits >> 23 & 0xff;
  if (exponent == 0) return static_cast<uint16_t>(bits >> 16 & 0x8000);
  if (exponent == 0xff && (bits & 0x7fffff) != 0) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline float from_bfloat16(uint16_t x) {
  const uint32_t bits = (x & 0x7f80) == 0 ? static_cast<uint32_t>(x & 0x8000) << 16 : static_cast<uint32_t>(x) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

constexpr int kTiles = 8, kRows = 16, kRowBytes = 64;

struct Tiles {
  ~Tiles() {
    if (configured) misused("a thread has ended with its tiles in use");
  }
  bool configured = false;
  int rows[kTiles] = {}, row_bytes[kTiles] = {};
  alignas(64) uint8_t data[kTiles][kRows][kRowBytes] = {};
};
inline thread_local Tiles tiles;

inline void release() {
  if (planted == Planted::kNoRelease || !tiles.configured) return;
  tiles.configured = false;
  --threads_with_tiles;
}

// 64 bytes: palette, first row, 14 reserved; bytes of a row of each of 16 tiles, 16 bits each; rows of each, 8 bits.
inline void load_config(const void* from) {
  if (planted == Planted::kNoConfig) return;
  uint8_t config[64];
  std::memcpy(config, from, sizeof(config));
  if (config[0] != 1) return misused("a palette that there isn't");
  for (int i = 1; i < 64; ++i) {
    const bool reserved = i < 16 || (i >= 32 && i < 48) || i >= 56;
    if (reserved && config[i] != 0) return misused("something reserved in the tiles' shapes");
  }
  for (int tile = 0; tile < kTiles; ++tile) {
    const int row_bytes = config[16 + 2 * tile] | config[17 + 2 * tile] << 8, rows = config[48 + tile];
    if (row_bytes > kRowBytes || rows > kRows || (rows == 0) != (row_bytes == 0)) return misused("a tile's shape");
    tiles.rows[tile] = rows;
    tiles.row_bytes[tile] = row_bytes;
  }
  std::memset(tiles.data, 0, sizeof(tiles.data));
  if (!tiles.configured) ++threads_with_tiles;
  tiles.configured = true;
}

inline bool usable(int tile) {
  if (!tiles.configured || tile < 0 || tile >= kTiles || tiles.rows[tile] == 0) {
    misused("a tile without a shape");
    return false;
  }
  return true;
}

#if defined(__SANITIZE_ADDRESS__)
extern "C" void* __asan_region_is_poisoned(void* from, size_t size);
inline bool in_an_array(const uint8_t* from, int size) {
  return __asan_region_is_poisoned(const_cast<uint8_t*>(from), static_cast<size_t>(size)) == nullptr;
}
#else
inline bool in_an_array(const uint8_t*, int) { return true; }
#endif

inline int64_t as_planted(int64_t stride) {
  if (planted == Planted::kStrideTooLong) return stride + 16;
  return planted == Planted::kStrideTooShort ? stride - 16 : stride;
}

inline void zero(int tile) {
  if (usable(tile)) std::memset(tiles.data[tile], 0, sizeof(tiles.data[tile]));
}

inline void load(int tile, const void* from, int64_t stride) {
  if (!usable(tile)) return;
  std::memset(tiles.data[tile], 0, sizeof(tiles.data[tile]));
  for (int row = 0; row < tiles.rows[tile]; ++row) {
    const uint8_t* at = static_cast<const uint8_t*>(from) + row * as_planted(stride);
    if (!in_an_array(at, tiles.row_bytes[tile])) return misused("a tile was read from beyond an array");
    std::memcpy(tiles.data[tile][row], at, static_cast<size_t>(tiles.row_bytes[tile]));
  }
}

inline void store(int tile, void* to, int64_t stride) {
  if (!usable(tile)) return;
  for (int row = 0; row < tiles.rows[tile]; ++row) {
    uint8_t* at = static_cast<uint8_t*>(to) + row * stride;
    if (!in_an_array(at, tiles.row_bytes[tile])) return misused("a tile was written beyond an array");
    std::memcpy(at, tiles.data[tile][row], static_cast<size_t>(tiles.row_bytes[tile]));
  }
}

inline float float_at(int tile, int row, int column) {
  float x;
  std::memcpy(&x, &tiles.data[tile][row][4 * column], sizeof(x));
  return x;
}

inline float half_at(int tile, int row, int column) {
  uint16_t x;
  std::memcpy(&x, &tiles.data[tile][row][2 * column], sizeof(x));
  return from_bfloat16(x);
}

// TDPBF16PS: even and odd products are summed apart, and joined at the end.
inline void multiply(int sum, int left, int right) {
  if (!usable(sum) || !usable(left) || !usable(right)) return;
  const int pairs = tiles.row_bytes[left] / 4, columns = tiles.row_bytes[sum] / 4;
  if (sum == left || sum == right || left == right) return misused("a tile that is used twice in a product");
  if (tiles.rows[sum] != tiles.rows[left] || pairs != tiles.rows[right] || tiles.row_bytes[right] != 4 * columns) {
    return misused("tiles whose shapes don't fit in a product");
  }
  for (int m = 0; m < tiles.rows[sum]; ++m) {
    for (int n = 0; n < columns; ++n) {
      float even = 0.0f, odd = 0.0f;
      for (int k = 0; k < pairs; ++k) {
        // Rounded once, as the processor does: a product of two bfloat16 numbers is exact in a float.
        even += half_at(left, m, 2 * k) * half_at(right, k, 2 * n);
        odd += half_at(left, m, 2 * k + 1) * half_at(right, k, 2 * n + 1);
      }
      const float total = float_at(sum, m, n) + (even + odd);
      std::memcpy(&tiles.data[sum][m][4 * n], &total, sizeof(total));
    }
  }
  ++products;
}

}  // namespace stand_in
