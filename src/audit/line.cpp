#include <ekauth/audit.hpp>

#include "cidr/address_text.hpp"
#include "core/json_text.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <charconv>

namespace ekauth::inline v1::audit {

namespace {

constexpr std::string_view cut_mark = "\xE2\x80\xA6";  // U+2026

// Ten texts, each with its quotes and mark; all else that a line can hold takes less than a thousand bytes.
static_assert(line::max_size >= 10 * (line::max_text + cut_mark.size() + 2) + 1000);

class writer {
 public:
  writer(char* begin, std::size_t size) : begin_(begin), out_(begin), end_(begin + size) {}

  void raw(std::string_view text) {
    out_ = std::copy_n(text.data(), std::min(text.size(), static_cast<std::size_t>(end_ - out_)), out_);
  }

  void member(std::string_view key, std::string_view plain) {
    key_of(key);
    raw("\"");
    raw(plain);
    raw("\"");
  }

  void number(std::string_view key, std::uint64_t value) {
    key_of(key);
    digits(value);
  }

  void text(std::string_view key, std::string_view value) {
    key_of(key);
    raw("\"");
    std::size_t size = 0;
    while (!value.empty()) {
      const json_character next = first_json_character(value);
      size += next.size;
      if (size > line::max_text) {
        raw(cut_mark);
        break;
      }
      raw(next.text());
      value.remove_prefix(next.taken);
    }
    raw("\"");
  }

  void client(const cidr::address& who, std::uint8_t network_bits) {
    std::array<char, cidr::longest_text> text;
    key_of("client");
    raw("\"");
    raw({text.data(), cidr::write_text(text.data(), who)});
    if (network_bits != 0) {
      raw("/");
      digits(network_bits);
    }
    raw("\"");
  }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(out_ - begin_); }

 private:
  void key_of(std::string_view key) {
    raw(out_ == begin_ ? "{\"" : ",\"");
    raw(key);
    raw("\":");
  }

  void digits(std::uint64_t value) {
    std::array<char, 20> text;
    raw({text.data(), std::to_chars(text.begin(), text.end(), value).ptr});
  }

  char* begin_;
  char* out_;
  char* end_;
};

}  // namespace

line::line(const event& what) noexcept {
  writer out(bytes_.data(), bytes_.size() - 1);  // the line feed has a place of its own
  const auto text = [&out](std::string_view key, std::string_view value) {
    if (!value.empty()) out.text(key, value);
  };
  std::array<char, http::longest_time> time;
  out.member("time", {time.data(), http::write_time(time.data(), http::to_unix_milliseconds(what.at),
                                                    http::precision::milliseconds)});
  out.member("event", name(what.what));
  out.member("outcome", name(outcome_of(what.what, what.code)));
  if (is_critical(what.what)) out.raw(",\"critical\":true");
  if (what.code != errc{}) out.member("code", name(what.code));
  text("subject", what.subject);
  text("actor", what.actor);
  text("keyId", what.key);
  if (what.secret_number != 0) out.number("secretNumber", what.secret_number);
  text("session", what.session);
  if (what.client) out.client(*what.client, what.network_bits);
  text("requestId", what.request_id);
  text("path", http::shown_path(what.path));
  text("environment", what.environment);
  text("reason", what.reason);
  if (what.before) out.text("before", *what.before);
  if (what.after) out.text("after", *what.after);
  if (what.suppressed) out.member("suppressed", name(*what.suppressed));
  if (what.count != 0) out.number("count", what.count);
  out.raw("}");
  size_ = out.size();
  bytes_[size_] = '\n';
}

std::string to_json(const event& what) { return std::string(line(what).text()); }

}  // namespace ekauth::inline v1::audit
