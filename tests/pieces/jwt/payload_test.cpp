#include "jwt/payload.hpp"

#include <cstdint>
#include <string>

#include "catch.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using jwt::max_json_size;
using jwt::payload;

namespace {

// A payload with room for so many more bytes.
void fill_up_to(payload& out, std::size_t room) { out.put(std::string(max_json_size - room, ' ')); }

// Whether what is put needs exactly so many bytes, and is left out whole where there is one less.
template <class Put>
bool needs(std::size_t bytes, Put put) {
  payload enough, short_of_one;
  fill_up_to(enough, bytes);
  fill_up_to(short_of_one, bytes - 1);
  put(enough);
  put(short_of_one);
  return enough.has_room() && enough.view().size() == max_json_size && !short_of_one.has_room() &&
         short_of_one.view().size() == max_json_size - (bytes - 1);
}

std::string written(std::int64_t number) {
  payload out;
  out.put_number(number);
  return std::string(out.view());
}

}  // namespace

TEST_CASE("a number is put as its decimal digits, of every length", "[jwt]") {
  std::int64_t tens = 1;
  for (int length = 1; length <= 19; ++length, tens *= length < 19 ? 10 : 1)
    for (const std::int64_t number : {tens - 1, tens, tens + 1, 2 * (tens / 3), -tens})
      CHECK(written(number) == std::to_string(number));
  for (std::int64_t half = 0; half < 100'000; ++half) {
    const std::int64_t number = (10'000 + half % 90'000) * 100'000 + half;
    if (written(number) != std::to_string(number)) FAIL(number);
  }
}

TEST_CASE("what does not fit into a payload is left out, and the payload says so", "[jwt]") {
  fixed::counting_random random;
  CHECK(needs(4, [](payload& out) { out.put("text"); }));
  CHECK(needs(1, [](payload& out) { out.put('{'); }));
  CHECK(needs(3, [](payload& out) { out.put_number(-42); }));
  CHECK(needs(10, [](payload& out) { out.put_number(1'768'473'000); }));
  CHECK(needs(6, [](payload& out) { CHECK(out.put_text("text")); }));
  CHECK(needs(7, [](payload& out) { CHECK(out.put_text("te\"t")); }));
  payload full;
  fill_up_to(full, 20);
  full.put_random(random, 22);
  CHECK_FALSE(full.has_room());
}

TEST_CASE("a text that is not UTF-8 is told from one that does not fit", "[jwt]") {
  payload full;
  fill_up_to(full, 4);
  CHECK(full.put_text("text"));
  CHECK_FALSE(full.put_text("\xff\xff\xff\xff"));
  CHECK_FALSE(full.has_room());
}
