#include "testing/trial.hpp"

#include <ekauth/refresh.hpp>

#include "core/base62.hpp"

#include <cstdlib>
#include <latch>
#include <thread>
#include <vector>

namespace ekauth::inline v1::testing {

server_keys roots() {
  server_keys keys;
  char bytes[32];
  os_random().fill(bytes, sizeof bytes);
  if (!keys.add('1', secret(std::string_view(bytes, sizeof bytes)))) std::abort();
  return keys;
}

void give_way() { std::this_thread::yield(); }

void together(const std::function<void(std::size_t)>& act) {
  std::latch start(crowd);
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < crowd; ++i) {
    all.emplace_back([&, i] {
      start.arrive_and_wait();
      act(i);
    });
  }
  for (std::thread& one : all) one.join();
}

notes::notes(const options& how, std::string names)
    : how_(how), names_(std::move(names)), sessions_(*refresh::service::make(roots())) {}

std::string numbered(std::uint64_t n) { return base62::digits(n, 4); }

void notes::saw(std::string_view text) {
  const std::lock_guard one(lock_);
  if (!seen_) seen_ = text;
}

bool notes::is_broken() {
  const std::lock_guard one(lock_);
  return seen_.has_value();
}

std::optional<std::string> notes::first_seen() && { return std::move(seen_); }

subject_id notes::subject(std::string_view label) const {
  return subject_id(std::string(label).append(".").append(names_));
}

key_id notes::key(std::string_view suffix) const {
  return key_id("key_" + names_.substr(0, 6).append(suffix));
}

family_id notes::family(const subject_id& subject, std::string_view suffix) const {
  // The digits that every family of a subject starts with, so that a sharded store keeps both together, are
  // read off a login that is not carried out.
  auto login = sessions_.login({.granted = {subject}, .epoch = 0}, at(0));
  std::string family;
  login.next([&](const refresh::insert& asked) { family = asked.row.id.text().substr(0, 2); });
  return family_id(family.append(names_).append(suffix));
}

}  // namespace ekauth::inline v1::testing
