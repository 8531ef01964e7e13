#include "testing/rows.hpp"

#include <algorithm>

namespace ekauth::inline v1::testing {

namespace {

constexpr std::int64_t month = 30LL * 24 * 3600 * 1000;

scope::list scopes(std::initializer_list<std::string_view> all) { return *scope::list::parse(all); }

std::string_view difference(const keys::verifier& a, const keys::verifier& b) {
  if (a.number != b.number) return "secret's number";
  if (a.slot != b.slot) return "secret's slot";
  if (a.value != b.value) return "secret's digest";
  if (a.created_at != b.created_at) return "secret's created_at";
  if (a.not_after != b.not_after) return "secret's not_after";
  if (a.last_used != b.last_used) return "secret's last_used";
  return {};
}

template <class Row>
std::vector<std::string> texts(const std::vector<Row>& rows, const std::string& (*id)(const Row&)) {
  std::vector<std::string> all;
  all.reserve(rows.size());
  for (const Row& row : rows) all.push_back(id(row));
  return all;
}

}  // namespace

digest bytes(std::uint8_t first) {
  digest value{};
  for (std::uint8_t& byte : value) byte = first++;
  return value;
}

keys::record plain_key(const notes& t, std::string_view suffix, const subject_id& owner) {
  keys::record row;
  row.id = t.key(suffix);
  row.name = "Production Server";
  row.granted = {owner, scopes({"events:read", "events:write"})};
  row.created_at = t.at(0);
  row.verifiers.push_back({1, '1', bytes(1), t.at(0), {}, {}});
  return row;
}

refresh::record plain_session(const notes& t, std::string_view suffix, const subject_id& subject) {
  refresh::record row;
  row.id = t.family(subject, suffix);
  row.granted = {subject, scopes({"events:read"})};
  row.client = "Firefox on Linux";
  row.current = bytes(10);
  row.created_at = row.rotated_at = row.last_ok_at = t.at(0);
  row.idle_deadline = t.at(month);
  return row;
}

keys::record full_key(const notes& t, std::string_view suffix, const subject_id& owner) {
  keys::record row = plain_key(t, suffix, owner);
  row.env = keys::environment::test;
  row.name = "N\xc3\xa4me \xe2\x82\xac \xf0\x9f\x94\x91 ' \" \\ % _ ; -- $1 :id {} \xef\xbf\xbf";
  row.granted.scopes = scopes({"events:*", "full_access", "a.b-c_d:e9:f:g"});
  row.state = keys::status::disabled;
  row.not_before = t.at(1);
  row.expires_at = t.at(month);
  row.revoked_at = t.at(3);
  row.version = 9;
  row.verifiers.push_back({7, 'z', bytes(70), t.at(4), t.at(5), t.at(6)});
  row.verifiers.push_back({1'000'000, '0', bytes(240), t.at(7), {}, t.at(8)});
  return row;
}

refresh::record full_session(const notes& t, std::string_view suffix, const subject_id& subject) {
  refresh::record row = plain_session(t, suffix, subject);
  row.granted.scopes = scopes({"events:*", "full_access", "a.b-c_d:e9:f:g"});
  row.client = "T\xc3\xa4lefon \xf0\x9f\x93\xb1 ' \" \\ % _ ; -- $1 :id {}";
  row.generation = 14'776'334;
  row.slot = 'Z';
  row.current = bytes(250);
  row.previous = bytes(90);
  for (std::size_t i = 0; i < row.salt.size(); ++i) row.salt[i] = static_cast<std::uint8_t>(255 - i);
  row.created_at = t.at(1);
  row.rotated_at = t.at(2);
  row.last_ok_at = t.at(3);
  row.confirmed_at = t.at(4);
  row.replays = 1000;
  row.idle_deadline = t.at(2 * month);
  row.absolute_deadline = t.at(3 * month);
  row.binding = bytes(150);
  row.state = refresh::status::revoked;
  row.reason = refresh::end_reason::reuse_detected;
  row.ended_at = t.at(6);
  row.version = 77;
  return row;
}

void add(keys_trial& t, const keys::record& row) {
  t.expect(t.ask(keys::insert{row, 0}) == keys::insert::reply::inserted,
           "an insert under a new id did not answer inserted");
}

void add(sessions_trial& t, const refresh::record& row) {
  t.expect(t.ask(refresh::insert{row}) == refresh::insert::reply::inserted,
           "an insert under a new id, at its subject's epoch, did not answer inserted");
}

std::string bytes_between(int first, int last) {
  std::string all;
  for (int byte = first; byte <= last; ++byte) all.push_back(static_cast<char>(byte));
  return all;
}

std::vector<std::string> resembling(const std::string& id) {
  const std::string most = id.substr(0, id.size() - 1);
  return {most,
          most + "%",
          most + "_",
          id + "0",
          id + " ",
          " " + id,
          id + '\0',
          bytes_between(0, 255),
          "*",
          "%",
          "",
          "' OR '1' = '1",
          std::string(65'536, 'x')};
}

std::vector<std::string> unusual_names() {
  return {bytes_between(0, 127),
          bytes_between(128, 255),
          std::string(240, 'x'),
          std::string(239, 'x') + "y",
          std::string("a\0b", 3),
          std::string("a\0c", 3),
          "a",
          "a\xff",
          "a%",
          "{a}b",
          "NULL",
          "'; DROP TABLE api_keys; --"};
}

std::string capital(std::string name) {
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::string_view difference(const keys::record& a, const keys::record& b) {
  if (a.id != b.id) return "id";
  if (a.env != b.env) return "environment";
  if (a.name != b.name) return "name";
  if (a.granted.subject != b.granted.subject) return "owner";
  if (a.granted.scopes != b.granted.scopes) return "list of scopes";
  if (a.state != b.state) return "state";
  if (a.created_at != b.created_at) return "created_at";
  if (a.not_before != b.not_before) return "not_before";
  if (a.expires_at != b.expires_at) return "expires_at";
  if (a.revoked_at != b.revoked_at) return "revoked_at";
  if (a.version != b.version) return "version";
  if (a.verifiers.size() != b.verifiers.size()) return "number of secrets";
  for (std::size_t i = 0; i < a.verifiers.size(); ++i)
    if (const auto field = difference(a.verifiers[i], b.verifiers[i]); !field.empty()) return field;
  return {};
}

std::string_view difference(const refresh::record& a, const refresh::record& b) {
  if (a.id != b.id) return "id";
  if (a.granted.subject != b.granted.subject) return "subject";
  if (a.granted.scopes != b.granted.scopes) return "list of scopes";
  if (a.client != b.client) return "client";
  if (a.epoch != b.epoch) return "epoch";
  if (a.generation != b.generation) return "generation";
  if (a.slot != b.slot) return "slot";
  if (a.current != b.current) return "current digest";
  if (a.previous != b.previous) return "previous digest";
  if (a.salt != b.salt) return "salt";
  if (a.created_at != b.created_at) return "created_at";
  if (a.rotated_at != b.rotated_at) return "rotated_at";
  if (a.last_ok_at != b.last_ok_at) return "last_ok_at";
  if (a.confirmed_at != b.confirmed_at) return "confirmed_at";
  if (a.replays != b.replays) return "number of replays";
  if (a.idle_deadline != b.idle_deadline) return "idle_deadline";
  if (a.absolute_deadline != b.absolute_deadline) return "absolute_deadline";
  if (a.binding != b.binding) return "binding";
  if (a.state != b.state) return "state";
  if (a.reason != b.reason) return "reason";
  if (a.ended_at != b.ended_at) return "ended_at";
  if (a.version != b.version) return "version";
  return {};
}

std::string_view difference(const refresh::find::found& a, const refresh::find::found& b) {
  if (a.subject_epoch != b.subject_epoch) return "epoch of its subject";
  if (a.subject_reason != b.subject_reason) return "reason of its subject";
  return difference(a.row, b.row);
}

std::string_view difference(const allowlists::record& a, const allowlists::record& b) {
  if (a.of.account != b.of.account) return "account";
  if (a.of.key != b.of.key) return "key";
  if (a.enabled != b.enabled) return "switch";
  if (a.changed_at != b.changed_at) return "changed_at";
  if (a.version != b.version) return "version";
  if (a.entries.size() != b.entries.size()) return "number of entries";
  if (a.entries != b.entries) return "entry";
  return {};
}

std::vector<std::string> ids(const keys::list::reply& rows) {
  return texts<keys::record>(rows, [](const auto& row) -> const std::string& { return row.id.text(); });
}

std::vector<std::string> ids(const refresh::list::reply& rows) {
  return texts<refresh::find::found>(rows,
                                     [](const auto& one) -> const std::string& { return one.row.id.text(); });
}

}  // namespace ekauth::inline v1::testing
