#include "jwt/token_cache.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "crypto/crypto.hpp"
#include "jwt/jws.hpp"

namespace ekauth::inline v1::jwt {

namespace {

using word = std::uint64_t;
constexpr std::size_t ways = 4;
constexpr std::size_t hashed_size = 24;  // characters of the signature, which are 144 bits of it
constexpr std::size_t outline_words = sizeof(token_cache::outline) / sizeof(word);
static_assert(std::is_trivially_copyable_v<token_cache::outline>);
static_assert(sizeof(token_cache::outline) % sizeof(word) == 0);

std::size_t words_in(std::string_view text) noexcept {
  return (text.size() + sizeof(word) - 1) / sizeof(word);
}

// The i-th word of a text, with zeroes behind its end.
word word_at(std::string_view text, std::size_t i) noexcept {
  const std::string_view from = text.substr(i * sizeof(word), sizeof(word));
  word out = 0;
  if (from.size() == sizeof out) {
    std::memcpy(&out, from.data(), sizeof out);
  } else {
    std::memcpy(&out, from.data(), from.size());
  }
  return out;
}

// Read in order and written in order, so that a reader who sees no turn change has read one writer's words
// only.
class shared_word {
 public:
  [[nodiscard]] word get() const noexcept { return value_.load(std::memory_order_acquire); }
  void set(word to) noexcept { value_.store(to, std::memory_order_release); }

 private:
  std::atomic<word> value_{0};
};

}  // namespace

struct alignas(64) token_cache::slot {
  std::atomic<word> turn{0};  // even: to be read; odd: being written
  shared_word tag;            // 0: nothing is here
  shared_word size;           // of the text
  shared_word says[outline_words];
  static constexpr std::size_t text_words = 128 - 3 - outline_words;
  shared_word text[text_words];

  // Whether the slot is this writer's now.
  [[nodiscard]] bool begin_writing() noexcept {
    word now = turn.load(std::memory_order_relaxed);
    return now % 2 == 0 && turn.compare_exchange_strong(now, now + 1, std::memory_order_acq_rel);
  }
  void end_writing() noexcept { turn.fetch_add(1, std::memory_order_seq_cst); }

  void write(word new_tag, std::string_view token, const outline& outlined) noexcept {
    word words[outline_words];
    std::memcpy(words, &outlined, sizeof words);
    tag.set(new_tag);
    size.set(token.size());
    for (std::size_t i = 0; i < outline_words; ++i) says[i].set(words[i]);
    for (std::size_t i = 0; i < text_words; ++i) text[i].set(i < words_in(token) ? word_at(token, i) : 0);
  }

  void read(outline& out) const noexcept {
    word words[outline_words];
    for (std::size_t i = 0; i < outline_words; ++i) words[i] = says[i].get();
    std::memcpy(&out, words, sizeof words);
  }

  [[nodiscard]] time_point expires_at() const noexcept {
    outline out;
    read(out);
    return tag.get() == 0 ? time_point::min() : out.expires_at;
  }
};

token_cache::token_cache(std::size_t tokens)
    : slots_(std::bit_ceil(std::max(tokens, ways))),
      all_(new slot[slots_]),
      sessions_(new std::atomic<word>[slots_]()) {
  static_assert(sizeof(slot) == 1024);
  os_random().fill(key_.data(), key_.size());
}

token_cache::~token_cache() { forget_all(); }

token_cache::word token_cache::hash(std::string_view text) const noexcept {
  return std::max<word>(crypto::short_hash(key_, text), 1);
}

token_cache::slot* token_cache::set_of(word tag) const noexcept {
  return &all_[tag & (slots_ - 1) & ~(ways - 1)];
}

std::atomic<word>& token_cache::session_of(const slot& place) noexcept {
  return sessions_[static_cast<std::size_t>(&place - all_.get())];
}

bool token_cache::find(std::string_view token, outline& out) const noexcept {
  if (token.size() < signature_size || words_in(token) > slot::text_words) return false;
  const word tag = hash(token.substr(token.size() - signature_size, hashed_size));
  const slot* const set = set_of(tag);
  for (const slot* each = set; each != set + ways; ++each) {
    const word turn = each->turn.load(std::memory_order_acquire);
    if (turn % 2 != 0 || each->tag.get() != tag || each->size.get() != token.size()) continue;
    word difference = 0;
    for (std::size_t i = 0; i < words_in(token); ++i) difference |= each->text[i].get() ^ word_at(token, i);
    each->read(out);
    if (difference == 0 && each->turn.load(std::memory_order_relaxed) == turn) return true;
  }
  return false;
}

void token_cache::keep(std::string_view token, const outline& says, std::string_view session,
                       std::uint64_t forgotten_before) noexcept {
  if (words_in(token) > slot::text_words) return;
  const word tag = hash(token.substr(token.size() - signature_size, hashed_size));
  slot* const set = set_of(tag);
  slot* place = set;
  for (slot* each = set; each != set + ways; ++each) {
    if (each->tag.get() == tag) return;
    if (each->expires_at() < place->expires_at()) place = each;
  }
  if (!place->begin_writing()) return;
  place->write(tag, token, says);
  session_of(*place).store(session.empty() ? 0 : hash(session), std::memory_order_seq_cst);
  place->end_writing();
  if (forgotten() != forgotten_before) clear(*place);
}

// When somebody writes there, what stood there is gone, and he finds out after it that something was
// forgotten.
void token_cache::clear(slot& place) noexcept {
  if (!place.begin_writing()) return;
  place.write(0, {}, {});
  session_of(place).store(0, std::memory_order_seq_cst);
  place.end_writing();
}

void token_cache::forget(std::string_view session) noexcept {
  forgotten_.fetch_add(1, std::memory_order_seq_cst);
  const word wanted = hash(session);
  for (std::size_t i = 0; i < slots_; ++i) {
    if (sessions_[i].load(std::memory_order_seq_cst) == wanted) clear(all_[i]);
  }
}

void token_cache::forget_all() noexcept {
  forgotten_.fetch_add(1, std::memory_order_seq_cst);
  for (std::size_t i = 0; i < slots_; ++i) {
    if (all_[i].tag.get() != 0) clear(all_[i]);
  }
}

}  // namespace ekauth::inline v1::jwt
