#include "redis/rows.hpp"

namespace ekauth::inline v1::redis {

namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // Each number has one text: no leading zeros, no minus zero.
  const std::string_view digits = text.substr(text.front() == '-' ? 1 : 0);
  if (digits.front() == '0' && text.size() > 1) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::int64_t> to_integer(const redisReply& answer) noexcept {
  if (!is_text(answer)) return std::nullopt;
  return parse_integer(text_of(answer));
}

std::optional<std::size_t> fields::place_of(std::string_view name) const noexcept {
  if (all_.type != REDIS_REPLY_ARRAY) return std::nullopt;
  const std::size_t count = all_.elements / 2;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = (next_ + i) % count;
    const redisReply& found = *all_.element[2 * at];
    if (is_text(found) && text_of(found) == name) return at;
  }
  return std::nullopt;
}

bool fields::has(std::string_view name) const noexcept { return place_of(name).has_value(); }

std::string_view fields::text(std::string_view name) {
  const auto at = place_of(name);
  if (!at || !is_text(*all_.element[2 * *at + 1])) return bad(std::string_view());
  next_ = *at + 1;
  ++read_;
  return text_of(*all_.element[2 * *at + 1]);
}

std::int64_t fields::integer(std::string_view name) {
  const auto number = parse_integer(text(name));
  return number ? *number : bad(std::int64_t{0});
}

std::vector<std::uint32_t> fields::numbers(std::string_view name) {
  std::vector<std::uint32_t> all;
  std::string_view left = text(name);
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(' '), left.size());
    const auto number = parse_integer(left.substr(0, end));
    const bool is_next = number && *number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max() &&
                         (all.empty() || *number > all.back()) && end + 1 != left.size();
    if (!is_next) return bad(std::vector<std::uint32_t>());
    all.push_back(static_cast<std::uint32_t>(*number));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return all;
}

}  // namespace ekauth::inline v1::redis
