#include <cstdint>
#include <string>

#include "catch.hpp"
#include "jwt/payload.hpp"

using namespace ekauth;

namespace {

std::string written(std::int64_t number) {
  jwt::payload out;
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

TEST_CASE("a number that does not fit any more is left out, and the payload says so", "[jwt]") {
  for (const std::int64_t number : {std::int64_t{7'000'000'000}, std::int64_t{70'000'000'000}}) {
    jwt::payload out;
    out.put(std::string(jwt::max_json_size - 9, 'a'));
    out.put_number(number);
    CHECK_FALSE(out.has_room());
    CHECK(out.view().size() == jwt::max_json_size - 9);
  }
}
