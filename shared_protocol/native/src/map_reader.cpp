#include "map_reader.h"

#include "messages.h"

namespace lsd {

std::string_view text_of(const msgpack::object& object) { return {object.via.str.ptr, object.via.str.size}; }

int64_t integer_of(const msgpack::object& object, std::string_view name, int64_t least, int64_t most) {
  int64_t value = 0;
  if (object.type == msgpack::type::POSITIVE_INTEGER && object.via.u64 <= static_cast<uint64_t>(kMostInt)) {
    value = static_cast<int64_t>(object.via.u64);
  } else if (object.type == msgpack::type::NEGATIVE_INTEGER) {
    value = object.via.i64;
  } else {
    throw Malformed(std::string(name) + " is not an integer");
  }
  if (value < least || value > most) throw Malformed(std::string(name) + " is out of range");
  return value;
}

double number_of(const msgpack::object& object, std::string_view name) {
  if (object.type == msgpack::type::FLOAT32 || object.type == msgpack::type::FLOAT64) return object.via.f64;
  return static_cast<double>(integer_of(object, name, std::numeric_limits<int64_t>::min(), kMostInt));
}

MapReader::MapReader(const msgpack::object& object, std::string_view name) : map_(object.via.map) {
  if (object.type != msgpack::type::MAP) throw Malformed(std::string(name) + " is not a map");
}

const msgpack::object* MapReader::find(std::string_view key) const {
  for (uint32_t i = 0; i < map_.size; ++i) {
    if (text_of(map_.ptr[i].key) == key) return &map_.ptr[i].val;
  }
  return nullptr;
}

const msgpack::object& MapReader::at(std::string_view key) const {
  const msgpack::object* object = find(key);
  if (object == nullptr) throw Malformed(std::string(key) + " is missing");
  return *object;
}

const msgpack::object& MapReader::at(std::string_view key, msgpack::type::object_type type) const {
  const msgpack::object& object = at(key);
  if (object.type != type) throw Malformed(std::string(key) + " has the wrong type");
  return object;
}

std::string MapReader::text(std::string_view key) const { return text(key, kMostStringBytes); }

std::string MapReader::text(std::string_view key, size_t most_bytes) const {
  const std::string_view value = text_of(at(key, msgpack::type::STR));
  if (value.size() > most_bytes) throw Malformed(std::string(key) + " is too long");
  return std::string(value);
}

int64_t MapReader::integer(std::string_view key, int64_t least, int64_t most) const {
  return integer_of(at(key), key, least, most);
}

std::optional<int64_t> MapReader::optional_integer(std::string_view key, int64_t least, int64_t most) const {
  const msgpack::object* object = find(key);
  if (object == nullptr) return std::nullopt;
  return integer_of(*object, key, least, most);
}

double MapReader::number(std::string_view key) const { return number_of(at(key), key); }

}  // namespace lsd
