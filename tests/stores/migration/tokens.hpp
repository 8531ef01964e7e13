// What the stores of release 0.1 hold, as tests/data/stores_0_1/tokens.txt says it. A line that this cannot
// read fails the test.
#pragma once

#include <ekauth/allowlists_store.hpp>
#include <ekauth/error.hpp>
#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

#include "catch.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokens {

using namespace ekauth;

/// A subject, and the last change of its epoch.
struct subject {
  subject_id id;
  std::uint64_t epoch = 0;
  refresh::end_reason reason = refresh::end_reason::none;
  std::optional<time_point> changed_at;
};
struct use_of_key {
  std::string outcome;
  std::uint32_t number = 0;
  std::string text;
};
struct use_of_token {
  std::string outcome, reason;
  std::uint32_t generation = 0;
  std::optional<digest> binding;
  std::string text;
};
struct check {
  allowlists::holder of;
  cidr::address client;
  std::string outcome;
};

struct file {
  time_point noon, now;
  server_keys roots;
  std::vector<subject> subjects;
  std::vector<keys::record> keys;
  std::vector<refresh::record> sessions;
  std::vector<allowlists::record> lists;
  std::vector<use_of_key> uses_of_keys;
  std::vector<use_of_token> uses_of_tokens;
  std::vector<check> checks;

  [[nodiscard]] const subject& of(const subject_id& id) const {
    for (const subject& each : subjects)
      if (each.id == id) return each;
    FAIL("no such subject");
    return subjects.front();
  }
};

/// The words of one line, taken in their order.
class line {
 public:
  explicit line(const std::string& text) {
    std::istringstream all(text);
    for (std::string word; std::getline(all, word, ' ');) words_.push_back(word);
    REQUIRE_FALSE(std::count(words_.begin(), words_.end(), ""));
  }
  [[nodiscard]] bool is_at_end() const { return next_ == words_.size(); }
  /// A word, which is not missing.
  [[nodiscard]] std::string word() {
    REQUIRE_FALSE(is_at_end());
    return words_[next_++];
  }
  /// A word, or nothing for "-".
  [[nodiscard]] std::string text() {
    const std::string found = word();
    return found == "-" ? "" : found;
  }
  template <class Number>
  [[nodiscard]] Number number() {
    const std::string digits = word();
    Number value = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    REQUIRE(end == digits.data() + digits.size());
    return value;
  }
  [[nodiscard]] time_point time() { return time_point(duration(number<std::int64_t>())); }
  [[nodiscard]] std::optional<time_point> maybe_time() {
    return is_none() ? std::nullopt : std::optional(time());
  }
  [[nodiscard]] std::string bytes() {
    const std::string hex = text();
    REQUIRE(hex.size() % 2 == 0);
    REQUIRE(hex.find_first_not_of("0123456789abcdef") == std::string::npos);
    std::string all;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      all.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return all;
  }
  template <class Array>
  [[nodiscard]] Array array() {
    const std::string all = bytes();
    Array value{};
    REQUIRE(all.size() == value.size());
    std::copy(all.begin(), all.end(), value.begin());
    return value;
  }
  [[nodiscard]] std::optional<digest> maybe_digest() {
    return is_none() ? std::nullopt : std::optional(array<digest>());
  }
  [[nodiscard]] char slot() {
    const std::string one = word();
    REQUIRE(one.size() == 1);
    return one[0];
  }
  [[nodiscard]] scope::list scopes() {
    std::string spaced = text();
    std::replace(spaced.begin(), spaced.end(), ',', ' ');
    auto made = scope::list::parse_spaced(spaced);
    REQUIRE(made.has_value());
    return *std::move(made);
  }
  /// One of these names, as its value.
  template <class Value>
  [[nodiscard]] Value one_of(std::initializer_list<std::pair<std::string_view, Value>> names) {
    const std::string found = word();
    for (const auto& [name, value] : names)
      if (name == found) return value;
    FAIL("an unknown name: " << found);
    return names.begin()->second;
  }
  [[nodiscard]] refresh::end_reason reason() {
    using enum refresh::end_reason;
    return one_of<refresh::end_reason>({{"none", none},
                                        {"signed_out", signed_out},
                                        {"signed_out_everywhere", signed_out_everywhere},
                                        {"password_changed", password_changed},
                                        {"reuse_detected", reuse_detected},
                                        {"admin", admin}});
  }

 private:
  [[nodiscard]] bool is_none() {
    if (next_ < words_.size() && words_[next_] != "-") return false;
    return word() == "-";
  }
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

class reader {
 public:
  static file read() {
    std::ifstream text(EKAUTH_TEST_DATA "/stores_0_1/tokens.txt");
    REQUIRE(text.is_open());
    reader made;
    for (std::string next; std::getline(text, next);) {
      if (next.empty() || next.front() == '#') continue;
      INFO(next);
      line words(next);
      made.take(words);
      REQUIRE(words.is_at_end());
    }
    return std::move(made.all_);
  }

 private:
  void take(line& from) {
    const std::string kind = from.word();
    if (kind == "format") return void(from.one_of<int>({{"1", 1}}));
    if (kind == "noon") return void(all_.noon = from.time());
    if (kind == "now") return void(all_.now = from.time());
    if (kind == "root") return take_root(from);
    if (kind == "subject") return take_subject(from);
    if (kind == "key") return take_key(from);
    if (kind == "secret") return take_secret(from);
    if (kind == "api_key") {
      std::string outcome = from.word();
      const auto number = from.number<std::uint32_t>();
      return all_.uses_of_keys.push_back({std::move(outcome), number, from.word()});
    }
    if (kind == "session") return take_session(from);
    if (kind == "refresh_token") return take_use_of_token(from);
    if (kind == "allowlist") return take_list(from);
    if (kind == "entry") return take_entry(from);
    if (kind == "check") return take_check(from);
    FAIL("an unknown line");
  }

  void take_root(line& from) {
    const char slot = from.slot();
    REQUIRE(all_.roots.add(slot, secret(from.bytes())).has_value());
    REQUIRE(all_.roots.activate(slot).has_value());
  }
  void take_subject(line& from) {
    const std::string label = from.word();
    subject made;
    made.epoch = from.number<std::uint64_t>();
    made.reason = from.reason();
    made.changed_at = from.maybe_time();
    made.id = subject_id(from.bytes());
    REQUIRE(labels_.emplace(label, made.id).second);
    all_.subjects.push_back(std::move(made));
  }
  subject_id labelled(line& from) const {
    const auto found = labels_.find(from.word());
    REQUIRE(found != labels_.end());
    return found->second;
  }
  void take_key(line& from) {
    using keys::environment;
    using keys::status;
    keys::record row;
    row.id = key_id(from.word());
    row.granted.subject = labelled(from);
    row.env = from.one_of<environment>({{"live", environment::live}, {"test", environment::test}});
    row.state = from.one_of<status>(
        {{"active", status::active}, {"disabled", status::disabled}, {"revoked", status::revoked}});
    row.created_at = from.time();
    row.not_before = from.maybe_time();
    row.expires_at = from.maybe_time();
    row.revoked_at = from.maybe_time();
    row.version = from.number<std::uint64_t>();
    row.name = from.bytes();
    row.granted.scopes = from.scopes();
    all_.keys.push_back(std::move(row));
  }
  void take_secret(line& from) {
    REQUIRE_FALSE(all_.keys.empty());
    REQUIRE(key_id(from.word()) == all_.keys.back().id);
    keys::verifier one;
    one.number = from.number<std::uint32_t>();
    one.slot = from.slot();
    one.created_at = from.time();
    one.not_after = from.maybe_time();
    one.last_used = from.maybe_time();
    one.value = from.array<digest>();
    all_.keys.back().verifiers.push_back(one);
  }
  void take_session(line& from) {
    using refresh::status;
    refresh::record row;
    row.id = family_id(from.word());
    row.granted.subject = labelled(from);
    row.epoch = from.number<std::uint64_t>();
    row.generation = from.number<std::uint32_t>();
    row.slot = from.slot();
    row.created_at = from.time();
    row.rotated_at = from.time();
    row.last_ok_at = from.time();
    row.replays = from.number<std::uint32_t>();
    row.idle_deadline = from.time();
    row.absolute_deadline = from.maybe_time();
    row.state = from.one_of<status>({{"active", status::active}, {"revoked", status::revoked}});
    row.reason = from.reason();
    row.ended_at = from.maybe_time();
    row.version = from.number<std::uint64_t>();
    row.client = from.bytes();
    row.granted.scopes = from.scopes();
    row.binding = from.maybe_digest();
    row.current = from.array<digest>();
    row.previous = from.array<digest>();
    row.salt = from.array<decltype(row.salt)>();
    all_.sessions.push_back(std::move(row));
  }
  void take_use_of_token(line& from) {
    use_of_token one;
    one.outcome = from.word();
    one.reason = from.text();
    one.generation = from.number<std::uint32_t>();
    one.binding = from.maybe_digest();
    one.text = from.word();
    all_.uses_of_tokens.push_back(std::move(one));
  }
  allowlists::holder holder(line& from) const {
    subject_id account = labelled(from);
    return {std::move(account), key_id(from.text())};
  }
  void take_list(line& from) {
    allowlists::record row;
    row.of = holder(from);
    row.enabled = from.one_of<bool>({{"on", true}, {"off", false}});
    row.version = from.number<std::uint64_t>();
    row.changed_at = from.time();
    all_.lists.push_back(std::move(row));
  }
  void take_entry(line& from) {
    REQUIRE_FALSE(all_.lists.empty());
    std::string id = from.word();
    const auto networks = cidr::range::parse(from.word());
    REQUIRE(networks.has_value());
    const auto expires_at = from.maybe_time();
    all_.lists.back().entries.push_back({std::move(id), *networks, from.bytes(), expires_at});
  }
  void take_check(line& from) {
    allowlists::holder of = holder(from);
    const auto client = cidr::address::parse(from.word());
    REQUIRE(client.has_value());
    all_.checks.push_back({std::move(of), *client, from.word()});
  }

  file all_;
  std::map<std::string, subject_id> labels_;
};

/// The file, read once.
inline const file& written() {
  static const file all = reader::read();
  return all;
}

}  // namespace tokens
