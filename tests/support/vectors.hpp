// Reads the JSON files of test vectors in tests/data. Trusts them: what it cannot read ends the test.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vectors {

/// A JSON value. text: a string without escapes other than \" \\ and \/, or a number or literal as written.
struct value {
  std::string text;
  std::vector<std::string> names;  // of an object's items
  std::vector<value> items;

  [[nodiscard]] const value* find(std::string_view name) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return &items[i];
    }
    return nullptr;
  }
  [[nodiscard]] const value& operator[](std::string_view name) const {
    const value* found = find(name);
    if (found == nullptr) throw std::runtime_error("a vector lacks " + std::string(name));
    return *found;
  }
  [[nodiscard]] int number() const { return std::stoi(text); }
};

class file_reader {
 public:
  explicit file_reader(std::string text) : text_(std::move(text)) {}

  value read() {
    value out;
    const char first = next();
    if (first == '{') {
      list('}', [&] {
        out.names.push_back(read().text);
        expect(':');
        out.items.push_back(read());
      });
    } else if (first == '[') {
      list(']', [&] { out.items.push_back(read()); });
    } else if (first == '"') {
      while (text_.at(at_) != '"') {
        if (text_.at(at_) == '\\') ++at_;
        out.text.push_back(text_.at(at_++));
      }
      ++at_;
    } else {
      out.text.push_back(first);
      while (std::string_view(",]} \n\r\t").find(text_.at(at_)) == std::string_view::npos)
        out.text.push_back(text_.at(at_++));
    }
    return out;
  }

 private:
  char next() {
    while (std::string_view(" \n\r\t").find(text_.at(at_)) != std::string_view::npos) ++at_;
    return text_.at(at_++);
  }
  void expect(char wanted) {
    if (next() != wanted) throw std::runtime_error("a vector file is not JSON");
  }
  template <class ReadOne>
  void list(char close, ReadOne read_one) {
    if (next() == close) return;
    --at_;
    for (;;) {
      read_one();
      const char behind = next();
      if (behind == close) return;
      if (behind != ',') throw std::runtime_error("a vector file is not JSON");
    }
  }

  std::string text_;
  std::size_t at_ = 0;
};

/// A file of tests/data, by its path in there.
inline value load(const std::string& path) {
  std::ifstream file(EKAUTH_TEST_DATA "/" + path, std::ios::binary);
  if (!file) throw std::runtime_error("no file " + path);
  return file_reader(std::string(std::istreambuf_iterator<char>(file), {})).read();
}

inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

}  // namespace vectors
