#pragma once

#include <cstdint>
#include <msgpack.hpp>
#include <string>
#include <string_view>

namespace lsd {

/// msgpack::packer writes into anything with write(); a std::string saves the copy out of msgpack's own buffer.
struct StringSink {
  std::string text;
  void write(const char* bytes, size_t count) { text.append(bytes, count); }
};

/// Writes a header from front to back: the number of a map's keys comes before them, so the caller counts.
class MapWriter {
 public:
  MapWriter(std::string_view type, uint32_t keys) : packer_(sink_) {
    sink_.text.reserve(512);
    packer_.pack_map(keys + 1);
    put("t", type);
  }

  void map(std::string_view name, uint32_t keys) {
    key(name);
    packer_.pack_map(keys);
  }
  void array(std::string_view name, size_t count) {
    key(name);
    packer_.pack_array(static_cast<uint32_t>(count));
  }
  void item(std::string_view text) { key(text); }
  void item(int64_t value) { packer_.pack_int64(value); }
  void item_map(uint32_t keys) { packer_.pack_map(keys); }

  void put(std::string_view name, std::string_view text) {
    key(name);
    key(text);
  }
  void put(std::string_view name, int64_t value) {
    key(name);
    packer_.pack_int64(value);
  }
  void put_unsigned(std::string_view name, uint64_t value) {
    key(name);
    packer_.pack_uint64(value);
  }
  void put(std::string_view name, float value) {
    key(name);
    packer_.pack_float(value);
  }
  // Not an overload of put: a string literal would rather become a bool than a string_view.
  void put_flag(std::string_view name, bool value) {
    key(name);
    if (value) {
      packer_.pack_true();
    } else {
      packer_.pack_false();
    }
  }
  void put(std::string_view name, const float* values, size_t count) {
    array(name, count);
    for (size_t i = 0; i < count; ++i) packer_.pack_float(values[i]);
  }

  std::string take() { return std::move(sink_.text); }

 private:
  void key(std::string_view text) {
    packer_.pack_str(static_cast<uint32_t>(text.size()));
    packer_.pack_str_body(text.data(), static_cast<uint32_t>(text.size()));
  }

  StringSink sink_;
  msgpack::packer<StringSink> packer_;
};

}  // namespace lsd
