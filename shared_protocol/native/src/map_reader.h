#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <msgpack.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lsd {

constexpr int64_t kMostInt = std::numeric_limits<int64_t>::max();

/// Thrown by the readers below and caught by whoever began to read: a check per key reads better as an expression than
/// as an early return.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string_view text_of(const msgpack::object& object);
int64_t integer_of(const msgpack::object& object, std::string_view name, int64_t least, int64_t most);
/// An integer is taken for a float.
double number_of(const msgpack::object& object, std::string_view name);

/// One map of a header, read strictly: a key that is missing, of another type or out of range is Malformed.
class MapReader {
 public:
  MapReader(const msgpack::object& object, std::string_view name);

  /// Null when there is no such key.
  const msgpack::object* find(std::string_view key) const;
  const msgpack::object& at(std::string_view key) const;
  const msgpack::object& at(std::string_view key, msgpack::type::object_type type) const;

  std::string text(std::string_view key) const;
  std::string text(std::string_view key, size_t most_bytes) const;
  int64_t integer(std::string_view key, int64_t least, int64_t most) const;
  std::optional<int64_t> optional_integer(std::string_view key, int64_t least, int64_t most) const;
  double number(std::string_view key) const;
  bool boolean(std::string_view key) const { return at(key, msgpack::type::BOOLEAN).via.boolean; }
  MapReader map(std::string_view key) const { return MapReader(at(key, msgpack::type::MAP), key); }
  const msgpack::object_array& array(std::string_view key) const { return at(key, msgpack::type::ARRAY).via.array; }
  const msgpack::object_map& pairs() const { return map_; }

 private:
  const msgpack::object_map& map_;
};

}  // namespace lsd
