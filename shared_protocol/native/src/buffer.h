#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace lsd {

struct BufferDeleter {
  void operator()(std::byte* bytes) const { ::operator delete (bytes, std::align_val_t{64}); }
};
using Buffer = std::unique_ptr<std::byte[], BufferDeleter>;

/// Zeroed. Writing the zeroes also maps every page, so that the first frame is as fast as the next.
inline Buffer make_buffer(size_t bytes) {
  Buffer buffer(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{64})));
  std::memset(buffer.get(), 0, bytes);
  return buffer;
}

}  // namespace lsd
