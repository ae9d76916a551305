// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "json.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

class JsonReader {
 public:
  explicit JsonReader(const std::string& text) : text_(text) {}

  Json value() {
    Json json;
    const char c = peek();
    if (c == '{') {
      ++at_;
      while (peek() != '}') {
        const std::string key = string();
        expect(':');
        json.members_[key] = value();
        if (peek() == ',') ++at_;
      }
      ++at_;
    } else if (c == '[') {
      ++at_;
      while (peek() != ']') {
        json.items_.push_back(value());
        if (peek() == ',') ++at_;
      }
      ++at_;
    } else if (c == '"') {
      json.text_ = string();
    } else if (word("true")) {
      json.number_ = 1.0;
    } else if (word("false") || word("null")) {
      json.number_ = 0.0;
    } else {
      char* end = nullptr;
      json.number_ = std::strtod(text_.c_str() + at_, &end);
      const size_t next = static_cast<size_t>(end - text_.c_str());
      if (next == at_) fail();
      at_ = next;
    }
    return json;
  }

 private:
  char peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (at_ >= text_.size()) fail();
    return text_[at_];
  }

  bool word(const char* text) {
    const size_t length = std::strlen(text);
    if (text_.compare(at_, length, text) != 0) return false;
    at_ += length;
    return true;
  }

  void expect(char c) {
    if (peek() != c) fail();
    ++at_;
  }

  std::string string() {
    expect('"');
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      const bool is_escape = text_[at_] == '\\';
      if (is_escape) ++at_;
      out += is_escape && text_[at_] == 'n' ? '\n' : text_[at_];
      ++at_;
    }
    ++at_;
    return out;
  }

  [[noreturn]] void fail() {
    std::fprintf(stderr, "JSON: unexpected text at offset %zu\n", at_);
    std::abort();
  }

  const std::string& text_;
  size_t at_ = 0;
};

Json Json::read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "%s can't be read\n", path.c_str());
    std::abort();
  }
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  return JsonReader(all).value();
}

const Json& Json::operator[](const std::string& key) const {
  const auto found = members_.find(key);
  if (found == members_.end()) {
    std::fprintf(stderr, "JSON: no member %s\n", key.c_str());
    std::abort();
  }
  return found->second;
}

std::vector<double> Json::numbers() const {
  std::vector<double> out;
  for (const Json& item : items_) out.push_back(item.number_);
  return out;
}
