#include <algorithm>
#include <set>

#include "allowlists/core.hpp"
#include "core/base62.hpp"
#include "core/utf8.hpp"

namespace ekauth::inline v1::allowlists {

namespace {

constexpr std::size_t max_label = 100;

bool is_id(std::string_view text) {
  return text.size() == id_prefix.size() + id_digits && text.starts_with(id_prefix) &&
         base62::is_text(text.substr(id_prefix.size()));
}

result<entry> read_draft(const draft& written, time_point now, std::uint32_t position) {
  const auto networks = cidr::range::parse(written.networks);
  if (!networks) return error{networks.error().code(), networks.error().text(), position};
  if (written.label.size() > max_label || !is_plain_text(written.label))
    return error{errc::validation_failed, "a label is at most 100 bytes of text", position};
  if (written.expires_at && *written.expires_at <= now)
    return error{errc::validation_failed, "an entry must expire later than now", position};
  if (!written.id.empty() && !is_id(written.id))
    return error{errc::validation_failed, "not the id of an entry", position};
  return entry{written.id, *networks, written.label, written.expires_at};
}

}  // namespace

cidr::allowlist alive(const std::vector<entry>& entries, time_point now) {
  std::vector<cidr::range> networks;
  networks.reserve(entries.size());
  for (const entry& each : entries)
    if (!each.expires_at || now < *each.expires_at) networks.push_back(each.networks);
  return cidr::allowlist(networks);
}

result<void> decide_enabled(const std::vector<entry>& entries, const std::optional<cidr::address>& caller,
                            time_point now) {
  const cidr::allowlist networks = alive(entries, now);
  if (networks.empty()) return error{errc::allowlist_empty, "a list that is on and empty lets nobody in"};
  if (caller && !networks.contains(*caller))
    return error{errc::allowlist_excludes_caller, "the list would lock out whoever saves it"};
  return {};
}

result<record> decide_save(const core& inside, holder of, const edit& what, time_point now) {
  if (what.entries.size() > inside.how.max_entries)
    return error{errc::validation_failed, "the list has too many entries", inside.how.max_entries};
  record row{std::move(of), what.enabled, {}, now, what.expected + 1};
  row.entries.reserve(what.entries.size());
  std::set<std::string> ids;
  for (std::uint32_t i = 0; i < what.entries.size(); ++i) {
    auto read = read_draft(what.entries[i], now, i);
    if (!read) return read.error();
    if (!read->id.empty() && !ids.insert(read->id).second)
      return error{errc::validation_failed, "two entries of one id", i};
    row.entries.push_back(*std::move(read));
  }
  for (entry& each : row.entries) {
    while (each.id.empty()) {
      std::string drawn = std::string(id_prefix).append(base62::random_digits(inside.random, id_digits));
      if (ids.insert(drawn).second) each.id = std::move(drawn);
    }
  }
  if (row.enabled)
    if (auto ok = decide_enabled(row.entries, what.confirmed ? std::nullopt : what.caller, now); !ok)
      return ok.error();
  return row;
}

}  // namespace ekauth::inline v1::allowlists
