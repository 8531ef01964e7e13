#include "testing/trial.hpp"

#include "core/base62.hpp"

#include <latch>
#include <thread>
#include <vector>

namespace ekauth::inline v1::testing {

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

notes::notes(const options& how, std::string names) : how_(how), names_(std::move(names)) {}

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
  // Digits that all sessions of a subject begin with, so that a sharded store keeps them together.
  const std::string shard = base62::digits(std::uint64_t{base62::crc32(subject.text())}, 2);
  return family_id(shard + names_ + std::string(suffix));
}

}  // namespace ekauth::inline v1::testing
