#include "postgres/schema.hpp"
#include "postgres/state.hpp"

#include <chrono>

namespace ekauth::inline v1::postgres {

namespace {

constexpr duration longest_wait = std::chrono::hours(1);
constexpr std::uint32_t most_connections = 1000;

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

result<received> state::ask(const statement& what) {
  for (int tries = only_reads(what.which) ? 2 : 1;;) {
    auto db = connections.take();
    if (!db) return db.error();
    received got = (**db).ask(what);
    if (!got.is_harmless()) db->discard();
    if (!got.words().empty()) told.log(got.words());
    if (got.how() != fate::lost || --tries == 0) return got;
  }
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
  auto opened = std::make_unique<state>(how);
  const auto first = opened->connections.take();
  if (!first) return first.error();
  return store(std::move(opened));
}

store::store(std::unique_ptr<state> opened) noexcept : state_(std::move(opened)) {}
store::store(store&&) noexcept = default;

store& store::operator=(store&& other) noexcept {
  if (this != &other) {
    const store closed(std::move(*this));
    state_ = std::move(other.state_);
  }
  return *this;
}

store::~store() {
  // In a child the sessions are the parent's to end; what the child carries of them is left alone.
  if (state_ && state_->is_forked()) static_cast<void>(state_.release());
}

}  // namespace ekauth::inline v1::postgres
