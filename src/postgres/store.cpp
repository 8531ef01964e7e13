#include "postgres/inside.hpp"
#include "postgres/schema.hpp"

#include <chrono>

namespace ekauth::inline v1::postgres {

namespace {

constexpr duration longest_wait = std::chrono::hours(1);
constexpr std::uint32_t most_connections = 1000;
constexpr error forked{errc::store_unavailable, "the store was opened before a fork"};

// In a URI, a /, @ or ? that stands unescaped in a password ends it there, or a part of the query becomes
// one, and what is left would be told to the log as a port or a host. Read as libpq does: user and password
// end at an @ that comes before any /, be it in the query.
bool is_split_as_meant(std::string_view uri) {
  if (!uri.starts_with("postgres://") && !uri.starts_with("postgresql://")) return true;
  uri.remove_prefix(uri.find("//") + 2);
  const std::size_t end = uri.find_first_of("@/");
  if (end == uri.npos) return true;
  const auto has = [](std::string_view text, char c) { return text.find(c) != text.npos; };
  const std::string_view before = uri.substr(0, end);
  std::string_view behind = uri.substr(end + 1);
  behind = behind.substr(0, behind.find('?'));
  if (uri[end] == '@') return !has(before, '?') && !has(behind, '@');
  return !has(behind, '@') || !(has(before, ':') || has(behind.substr(0, behind.find('@')), ':'));
}

bool is_conninfo(const std::string& text) {
  if (text.find('\0') != text.npos || !is_split_as_meant(text)) return false;
  PQconninfoOption* const words = PQconninfoParse(text.c_str(), nullptr);
  PQconninfoFree(words);
  return words != nullptr;
}

result<void> check(const options& how) {
  if (!is_conninfo(how.conninfo)) return error{errc::option_invalid, "conninfo is not as libpq reads it"};
  if (!is_plain_name(how.schema)) return bad_schema;
  if (how.connections == 0 || how.connections > most_connections)
    return error{errc::option_invalid, "connections are 1 to 1000"};
  if (how.wait_timeout < duration(0) || how.wait_timeout > longest_wait)
    return error{errc::option_invalid, "wait_timeout is 0 to an hour"};
  if (how.statement_timeout <= duration(0) || how.statement_timeout > longest_wait)
    return error{errc::option_invalid, "statement_timeout is 1 ms to an hour"};
  return {};
}

result<std::unique_ptr<connection>> connect(const settings& told) {
  auto made = connection::open(told);
  if (!made) return made.error();
  if (auto ok = check_schema(*made, told); !ok) return ok.error();
  return std::make_unique<connection>(*std::move(made));
}

}  // namespace

// ---- The pool

result<pool::lease> pool::take() {
  std::unique_ptr<connection> found;
  {
    std::unique_lock held(lock_);
    const auto has_room = [this] { return !idle_.empty() || open_ < told_.how.connections; };
    if (!freed_.wait_for(held, told_.how.wait_timeout, has_room))
      return error{errc::store_busy, "no connection was free in time"};
    if (idle_.empty()) {
      ++open_;
    } else {
      found = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  lease taken(*this, std::move(found));
  if (taken.taken_ && !taken.taken_->is_usable()) taken.discard();
  if (!taken.taken_) {
    auto made = connect(told_);
    if (!made) return made.error();
    taken.taken_ = *std::move(made);
  }
  return taken;
}

void pool::give(std::unique_ptr<connection> back) noexcept {
  {
    const std::lock_guard held(lock_);
    if (back)
      idle_.push_back(std::move(back));  // within what was reserved
    else
      --open_;
  }
  freed_.notify_one();
}

// ---- The store

result<received> store::inside::ask(const statement& what) {
  for (int tries = only_reads(what.which) ? 2 : 1;;) {
    auto db = connections.take();
    if (!db) return db.error();
    received got = (**db).ask(what);
    if (!got.is_harmless()) db->discard();
    if (!got.words().empty()) told.log(got.words());
    if (got.how() != fate::lost || --tries == 0) return got;
  }
}

template <class Request>
result<typename Request::reply> store::inside::answer(const Request& request) {
  if (is_forked()) return forked;
  const auto asked = statement_of(request);
  if (!asked) return asked.error();
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto got = ask(*asked);
    if (!got) return got.error();
    if (auto reply = reply_of(request, *got)) return *std::move(reply);
  }
  return races_lost;
}

result<void> store::migrate(const options& how) {
  if (auto ok = check(how); !ok) return ok;
  const settings told(how);
  auto db = connection::open(told);
  if (!db) return db.error();
  return migrate_schema(*db, told);
}

result<store> store::open(options how) {
  if (auto ok = check(how); !ok) return ok.error();
  auto opened = std::make_unique<inside>(how);
  const auto first = opened->connections.take();
  if (!first) return first.error();
  return store(std::move(opened));
}

store::store(std::unique_ptr<inside> opened) noexcept : inside_(std::move(opened)) {}
store::store(store&&) noexcept = default;

store& store::operator=(store&& other) noexcept {
  if (this != &other) {
    const store closed(std::move(*this));
    inside_ = std::move(other.inside_);
  }
  return *this;
}

store::~store() {
  // In a child the sessions are the parent's to end; what the child carries of them is left alone.
  if (inside_ && inside_->is_forked()) static_cast<void>(inside_.release());
}

// ---- Each request

result<keys::insert::reply> store::insert_key(const keys::insert& request) {
  return inside_->answer(request);
}
result<keys::find::reply> store::find_key(const keys::find& request) { return inside_->answer(request); }
result<keys::replace::reply> store::replace_key(const keys::replace& request) {
  return inside_->answer(request);
}
result<keys::list::reply> store::list_keys(const keys::list& request) { return inside_->answer(request); }
result<keys::touch::reply> store::touch_keys(const keys::touch& request) { return inside_->answer(request); }
result<refresh::insert::reply> store::insert_session(const refresh::insert& request) {
  return inside_->answer(request);
}
result<refresh::find::reply> store::find_session(const refresh::find& request) {
  return inside_->answer(request);
}
result<refresh::advance::reply> store::advance_session(const refresh::advance& request) {
  return inside_->answer(request);
}
result<refresh::revoke::reply> store::revoke_session(const refresh::revoke& request) {
  return inside_->answer(request);
}
result<refresh::read_epoch::reply> store::read_subject_epoch(const refresh::read_epoch& request) {
  return inside_->answer(request);
}
result<refresh::bump_epoch::reply> store::bump_subject_epoch(const refresh::bump_epoch& request) {
  return inside_->answer(request);
}
result<refresh::list::reply> store::list_sessions(const refresh::list& request) {
  return inside_->answer(request);
}
result<refresh::purge::reply> store::purge_sessions(const refresh::purge& request) {
  return inside_->answer(request);
}
result<allowlists::find::reply> store::find_allowlists(const allowlists::find& request) {
  return inside_->answer(request);
}
result<allowlists::save::reply> store::save_allowlist(const allowlists::save& request) {
  return inside_->answer(request);
}

}  // namespace ekauth::inline v1::postgres
