// The door to hiredis: one connection to the server, and what its replies say.
#pragma once

#include <ekauth/redis.hpp>

#include "storage/strict.hpp"

#include <hiredis/hiredis.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ekauth::inline v1::redis {

struct releaser {
  void operator()(redisContext* link) const noexcept { redisFree(link); }
  void operator()(redisReply* answer) const noexcept { freeReplyObject(answer); }
};
using reply = std::unique_ptr<redisReply, releaser>;

using storage::corrupt_row;
inline constexpr error strange{errc::store_unavailable,
                               "the server answered what no script of the store answers"};

/// A command in the protocol's own form, ready to be sent. hiredis could write it, but leaves passwords
/// behind in memory, and raises SIGPIPE when the server is gone.
class command {
 public:
  /// Takes that many words; room: for how many bytes, so that none are left behind in memory by growing.
  explicit command(std::size_t words, std::size_t room = 0) {
    text_.reserve(room);
    open('*', words);
  }
  command(command&&) = default;
  ~command() { wipe(text_.data(), text_.size()); }
  command& operator<<(std::string_view word) {
    open('$', word.size());
    text_.append(word).append("\r\n");
    return *this;
  }
  /// Words that are in this form already.
  command& ready(std::string_view words) {
    text_.append(words);
    return *this;
  }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  void open(char kind, std::size_t count) {
    text_.append(1, kind).append(std::to_string(count)).append("\r\n");
  }
  std::string text_;
};

[[nodiscard]] inline std::string_view text_of(const redisReply& answer) noexcept {
  return {answer.str, answer.len};
}
[[nodiscard]] inline bool is_text(const redisReply& answer) noexcept {
  return answer.type == REDIS_REPLY_STRING || answer.type == REDIS_REPLY_STATUS;
}
[[nodiscard]] inline bool is_array(const redisReply& answer, std::size_t size) noexcept {
  return answer.type == REDIS_REPLY_ARRAY && answer.elements == size;
}
/// The elements of an array; none of what is no array.
[[nodiscard]] inline std::optional<std::span<const redisReply* const>> elements_of(
    const redisReply& answer) noexcept {
  if (answer.type != REDIS_REPLY_ARRAY) return std::nullopt;
  return std::span<const redisReply* const>(answer.element, answer.elements);
}
/// Whether an error reply begins with this word.
[[nodiscard]] bool says(const redisReply& answer, std::string_view word) noexcept;

/// What an error reply means to a host.
[[nodiscard]] error trouble(const redisReply& answer);

/// One connection; used by one thread at a time.
class connection {
 public:
  /// Connects, proves the password and selects the database.
  [[nodiscard]] static result<connection> open(const options& how);

  /// An answer, maybe an error reply; or none, and whether the whole command was sent. Then the connection is
  /// of no more use. What was not sent whole is not carried out.
  struct heard {
    reply answer;
    bool was_sent = false;
  };
  [[nodiscard]] heard ask(std::string_view command);

  /// ask() for what is asked once: every answer that is not a good one is an error.
  [[nodiscard]] result<reply> need(std::string_view command);

  /// Whether it can be used: the server has neither closed it nor said what nobody asked for.
  [[nodiscard]] bool is_quiet() const noexcept;

 private:
  explicit connection(redisContext* link) : link_(link) {}
  [[nodiscard]] bool send(std::string_view bytes) const noexcept;
  std::unique_ptr<redisContext, releaser> link_;
};

}  // namespace ekauth::inline v1::redis
