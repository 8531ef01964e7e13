#include <ekauth/password.hpp>

#include "password/argon2id.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace ekauth::inline v1::password {

namespace {

constexpr std::size_t least_memory = std::size_t{8} << 20;
constexpr std::size_t most_memory = std::size_t{1} << 30;
constexpr std::uint64_t most_passes = 64;

// The hash, unless it asks for more than we would ever spend. It may ask for less than we take for new ones:
// those who made theirs so have to get in, for it to be made anew.
std::optional<argon2id_hash> parse(std::string_view text) noexcept {
  auto hash = parse_argon2id(text);
  if (hash && (hash->memory_kib > most_memory / 1024 || hash->passes > most_passes)) return std::nullopt;
  return hash;
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

hasher::hasher(std::shared_ptr<state> made) noexcept : state_(std::move(made)) {}
hasher::hasher(const hasher&) noexcept = default;
hasher& hasher::operator=(const hasher&) noexcept = default;
hasher::~hasher() = default;

result<hasher> hasher::make(options how, random_source& random) {
  if (how.passes < 1 || how.passes > most_passes)
    return error{errc::option_invalid, "Argon2id takes 1 to 64 passes"};
  if (how.memory_bytes < least_memory || how.memory_bytes > most_memory)
    return error{errc::option_invalid, "Argon2id takes 8 MiB to 1 GiB of memory"};
  const std::uint32_t seats =
      how.concurrent != 0 ? how.concurrent : std::max(std::thread::hardware_concurrency(), 1u);

  auto made = std::make_shared<state>(how, seats);
  char unguessable[32];
  random.fill(unguessable, sizeof unguessable);
  auto stand_in = argon2id({unguessable, sizeof unguessable}, how.passes, how.memory_bytes);
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
  return argon2id(password, state_->how.passes, state_->how.memory_bytes);
}

result<void> hasher::verify(const std::optional<std::string>& stored_hash, std::string_view password) const {
  if (password.size() > max_bytes) return too_long;
  const auto hash = parse(stored_hash ? *stored_hash : state_->stand_in);
  if (!hash) return error{errc::password_hash_invalid, "the stored hash is not an Argon2id string of ours"};
  const seat mine(state_->room);
  if (!mine.taken()) return busy;
  const auto matches = argon2id_matches(*hash, password);
  if (!matches) return matches.error();
  if (!stored_hash) return error{errc::invalid_credentials, "unknown user"};
  if (!*matches) return error{errc::invalid_credentials, "wrong password"};
  return {};
}

bool hasher::needs_rehash(std::string_view stored_hash) const noexcept {
  const auto stored = parse(stored_hash);
  if (!stored) return false;  // what cannot be verified cannot be upgraded either
  const std::uint64_t memory_kib = state_->how.memory_bytes / 1024;
  const bool stronger = stored->memory_kib > memory_kib || stored->passes > state_->how.passes;
  const bool same = stored->memory_kib == memory_kib && stored->passes == state_->how.passes;
  return !stronger && !same;
}

}  // namespace ekauth::inline v1::password
