// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

/** As much of JSON as the shared vectors need; true is the number 1, false and null are 0. Throws nothing: a broken
 * file ends the test program with a message. */
class Json {
 public:
  static Json read_file(const std::string& path);

  const Json& operator[](const std::string& key) const;
  const Json& operator[](int index) const { return items_.at(static_cast<size_t>(index)); }
  bool has(const char* key) const { return members_.count(key) != 0; }
  size_t size() const { return items_.size(); }
  double number() const { return number_; }
  const std::string& text() const { return text_; }

  /** A list of numbers. */
  std::vector<double> numbers() const;

 private:
  friend class JsonReader;
  double number_ = 0.0;
  std::string text_;
  std::vector<Json> items_;
  std::map<std::string, Json> members_;
};
