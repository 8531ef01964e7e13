#include <ekauth/allowlists_store.hpp>

#include <charconv>

namespace ekauth::inline v1::allowlists {

namespace {

constexpr error corrupt{errc::store_corrupt, "a stored allowlist is not one that ekauth wrote"};

// Takes what stands before the next separator, and the separator.
std::optional<std::string_view> take(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(end + 1);
  return field;
}

std::optional<entry> read_line(std::string_view line) {
  const auto id = take(line, ' ');
  const auto networks = take(line, ' ');
  const auto expiry = take(line, ' ');
  if (!id || !networks || !expiry) return std::nullopt;
  const auto range = cidr::range::parse(*networks);
  if (!range) return std::nullopt;
  entry read{std::string(*id), *range, std::string(line), std::nullopt};
  if (*expiry != "-") {
    std::int64_t milliseconds = 0;
    std::from_chars(expiry->data(), expiry->data() + expiry->size(), milliseconds);
    read.expires_at = time_point(duration(milliseconds));
  }
  return read;
}

}  // namespace

std::string to_text(const std::vector<entry>& entries) {
  std::string text;
  for (const entry& each : entries) {
    text.append(each.id).append(" ").append(each.networks.to_string()).append(" ");
    text.append(each.expires_at ? std::to_string(each.expires_at->time_since_epoch().count()) : "-");
    text.append(" ").append(each.label).append("\n");
  }
  return text;
}

result<std::vector<entry>> parse_entries(std::string_view text) {
  std::vector<entry> entries;
  std::string_view left = text;
  while (!left.empty()) {
    const auto line = take(left, '\n');
    auto read = line ? read_line(*line) : std::nullopt;
    if (!read) return corrupt;
    entries.push_back(*std::move(read));
  }
  // Everything that could be written in two ways is compared with the one way of ours.
  if (to_text(entries) != text) return corrupt;
  return entries;
}

}  // namespace ekauth::inline v1::allowlists
