#include <ekauth/password.hpp>

#include "crypto/crypto.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace ekauth::inline v1::password {

namespace {

constexpr std::size_t least_memory = std::size_t{8} << 20;
constexpr std::size_t most_memory = std::size_t{1} << 30;
constexpr std::uint64_t most_passes = 64;

struct cost {
  std::uint64_t memory_kib = 0;
  std::uint64_t passes = 0;
};

// Reads "m=65536,t=2,p=1" out of a hash; nothing when it is not one of ours or asks for more than we would
// ever spend.
std::optional<cost> cost_of(std::string_view hash) noexcept {
  constexpr std::string_view head = "$argon2id$v=19$m=";
  if (!hash.starts_with(head) || hash.size() > 127) return std::nullopt;
  cost read;
  const char* const end = hash.data() + hash.size();
  auto at = std::from_chars(hash.data() + head.size(), end, read.memory_kib);
  const auto skip = [&](std::string_view text) {
    if (at.ec != std::errc() ||
        !std::string_view(at.ptr, static_cast<std::size_t>(end - at.ptr)).starts_with(text))
      return false;
    at.ptr += text.size();
    return true;
  };
  if (!skip(",t=")) return std::nullopt;
  at = std::from_chars(at.ptr, end, read.passes);
  if (!skip(",p=1$")) return std::nullopt;
  if (read.memory_kib > most_memory / 1024 || read.passes > most_passes) return std::nullopt;
  return read;
}

// At most so many callers compute at once and so many wait; the rest are turned away at the door.
class bounded {
 public:
  bounded(std::uint32_t seats, std::uint32_t waiting) : free_(seats), waiting_room_(waiting) {}

  bool enter() {
    std::unique_lock lock(mutex_);
    if (free_ == 0) {
      if (waiting_room_ == 0) return false;
      --waiting_room_;
      freed_.wait(lock, [&] { return free_ > 0; });
      ++waiting_room_;
    }
    --free_;
    return true;
  }
  void leave() {
    {
      const std::lock_guard lock(mutex_);
      ++free_;
    }
    freed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::uint32_t free_, waiting_room_;
};

class seat {
 public:
  explicit seat(bounded& room) : room_(room), taken_(room.enter()) {}
  seat(const seat&) = delete;
  seat& operator=(const seat&) = delete;
  ~seat() {
    if (taken_) room_.leave();
  }
  [[nodiscard]] bool taken() const noexcept { return taken_; }

 private:
  bounded& room_;
  bool taken_;
};

constexpr error busy{errc::login_busy, "all password hashing capacity is in use"};
constexpr error too_long{errc::password_too_long, "a password has at most 1024 bytes"};

}  // namespace

struct hasher::state {
  options how;
  bounded room;
  std::string stand_in;  // the hash that unknown users are checked against

  state(options o, std::uint32_t seats) : how(o), room(seats, o.waiting) {}
};

hasher::hasher(std::unique_ptr<state> made) : state_(std::move(made)) {}
hasher::hasher(hasher&&) noexcept = default;
hasher& hasher::operator=(hasher&&) noexcept = default;
hasher::~hasher() = default;

result<hasher> hasher::make(options how, random_source& random) {
  if (how.passes < 1 || how.passes > most_passes)
    return error{errc::option_invalid, "Argon2id takes 1 to 64 passes"};
  if (how.memory_bytes < least_memory || how.memory_bytes > most_memory)
    return error{errc::option_invalid, "Argon2id takes 8 MiB to 1 GiB of memory"};
  const std::uint32_t seats =
      how.concurrent != 0 ? how.concurrent : std::max(std::thread::hardware_concurrency(), 1u);

  auto made = std::make_unique<state>(how, seats);
  char unguessable[32];
  random.fill(unguessable, sizeof unguessable);
  auto stand_in = crypto::argon2id({unguessable, sizeof unguessable}, how.passes, how.memory_bytes);
  wipe(unguessable, sizeof unguessable);
  if (!stand_in) return stand_in.error();
  made->stand_in = *std::move(stand_in);
  return hasher(std::move(made));
}

result<std::string> hasher::hash(std::string_view password) const {
  if (password.empty()) return error{errc::validation_failed, "an empty password"};
  if (password.size() > max_bytes) return too_long;
  const seat mine(state_->room);
  if (!mine.taken()) return busy;
  return crypto::argon2id(password, state_->how.passes, state_->how.memory_bytes);
}

result<void> hasher::verify(const std::optional<std::string>& stored_hash, std::string_view password) const {
  if (password.size() > max_bytes) return too_long;
  const std::string& hash = stored_hash ? *stored_hash : state_->stand_in;
  const auto spent = cost_of(hash);
  if (!spent) return error{errc::password_hash_invalid, "the stored hash is not an Argon2id string of ours"};
  const seat mine(state_->room);
  if (!mine.taken()) return busy;
  const auto matches = crypto::argon2id_matches(hash, password, spent->passes, spent->memory_kib * 1024);
  if (!matches) return matches.error();
  if (!stored_hash) return error{errc::invalid_credentials, "unknown user"};
  if (!*matches) return error{errc::invalid_credentials, "wrong password"};
  return {};
}

bool hasher::needs_rehash(std::string_view stored_hash) const noexcept {
  const auto stored = cost_of(stored_hash);
  if (!stored) return false;  // what cannot be verified cannot be upgraded either
  const std::uint64_t memory_kib = state_->how.memory_bytes / 1024;
  const bool stronger = stored->memory_kib > memory_kib || stored->passes > state_->how.passes;
  const bool same = stored->memory_kib == memory_kib && stored->passes == state_->how.passes;
  return !stronger && !same;
}

}  // namespace ekauth::inline v1::password
