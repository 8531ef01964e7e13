#include <ekauth/client_address.hpp>

#include <algorithm>

namespace ekauth::inline v1::cidr {

namespace {

constexpr std::size_t most_elements = 16, most_bytes = 1024;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The elements of all lines, as if joined by commas, from the last to the first.
class backwards {
 public:
  backwards(std::span<const std::string_view> lines, bool quoting) : lines_(lines), quoting_(quoting) {
    open();
  }

  bool at_end() const { return !open_; }
  bool spent() const { return elements_ == most_elements; }
  bool overlong() const { return bytes_ > most_bytes + 1; }  // with this element, which is then cut short

  // Empty where nothing stands between two commas.
  std::string_view next() {
    const std::size_t comma = last_comma();
    const std::string_view element = rest_.substr(comma == none ? 0 : comma + 1);
    bytes_ += element.size() + 1;
    ++elements_;
    if (comma == none)
      open();
    else
      rest_ = rest_.substr(0, comma);
    return element;
  }

 private:
  static constexpr std::size_t none = std::string_view::npos;

  void open() {
    open_ = !lines_.empty();
    if (!open_) return;
    rest_ = lines_.back();
    lines_ = lines_.first(lines_.size() - 1);
  }

  // Outside quotes, as seen from the right: what a trusted proxy appended is well-formed, and ends in nobody
  // else's quotes.
  std::size_t last_comma() const {
    const std::size_t most = most_bytes + 1 - bytes_;
    const std::size_t stop = rest_.size() > most ? rest_.size() - most : 0;
    bool quoted = false;
    for (std::size_t i = rest_.size(); i-- > stop;) {
      if (rest_[i] == ',' && !quoted) return i;
      if (quoting_ && rest_[i] == '"' && !(quoted && escaped(i, stop))) quoted = !quoted;
    }
    return none;
  }

  // Whether an odd number of backslashes stands before.
  bool escaped(std::size_t at, std::size_t stop) const {
    std::size_t before = at;
    while (before > stop && rest_[before - 1] == '\\') --before;
    return (at - before) % 2 != 0;
  }

  std::span<const std::string_view> lines_;
  std::string_view rest_;
  std::size_t bytes_ = 0, elements_ = 0;
  bool open_ = false;
  const bool quoting_;
};

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// With its port, which says nothing and goes. bare_v6: IPv6 may stand without brackets, and then has no port.
bool parse_node(std::string_view text, bool bare_v6, address& who) {
  std::string_view inner = text, behind;
  const bool brackets = text.starts_with('[');
  if (brackets) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    inner = text.substr(1, end - 1);
    behind = text.substr(end + 1);
  } else if (text.find(':') == text.rfind(':') && text.find(':') != std::string_view::npos) {
    inner = text.substr(0, text.find(':'));
    behind = text.substr(inner.size());
  }
  if (!behind.empty() && (behind.front() != ':' || !is_port(behind.substr(1)))) return false;
  const bool six = inner.find(':') != std::string_view::npos;
  if (brackets ? !six : six && !bare_v6) return false;
  const result<address> parsed = address::parse(inner);
  if (parsed) who = *parsed;
  return parsed.has_value();
}

bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  for (const char c : text) {
    const char small = static_cast<char>(c | 0x20);
    if (!(small >= 'a' && small <= 'z') && !(c >= '0' && c <= '9') &&
        others.find(c) == std::string_view::npos)
      return false;
  }
  return !text.empty();
}

bool is_for(std::string_view name) {
  return name.size() == 3 && (name[0] | 0x20) == 'f' && (name[1] | 0x20) == 'o' && (name[2] | 0x20) == 'r';
}

// Length of the quoted string that the text begins with; 0 when it is none.
std::size_t quoted_length(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
    if (i < text.size() && (static_cast<unsigned char>(text[i]) < 0x20 ? text[i] != '\t' : text[i] == 0x7f))
      return 0;
  }
  return 0;
}

// name=value;name="value": the value of the one for=, without its quotes; empty when the element is
// malformed.
std::string_view for_value(std::string_view element) {
  std::string_view found;
  while (!element.empty()) {
    const std::size_t equals = element.find('=');
    if (equals == std::string_view::npos) return {};
    const std::string_view name = element.substr(0, equals);
    element.remove_prefix(equals + 1);
    const bool quoted = element.starts_with('"');
    const std::size_t length = quoted ? quoted_length(element) : std::min(element.find(';'), element.size());
    std::string_view value = element.substr(0, length);
    element.remove_prefix(length);
    if (!is_token(name) || (quoted ? length < 2 : !is_token(value))) return {};
    if (quoted) value = value.substr(1, length - 2);
    if (is_for(name)) {
      if (!found.empty() || value.empty()) return {};
      found = value;
    }
    if (element.empty()) break;
    if (element.front() != ';' || element.size() == 1) return {};
    element.remove_prefix(1);
  }
  return found;
}

}  // namespace

result<address> client::known() const {
  if (how_ == outcome::malformed)
    return error{errc::ip_not_allowed, "a trusted proxy passed on what names no address"};
  if (how_ == outcome::too_long) return error{errc::ip_not_allowed, "too many proxies, or too long a header"};
  return last_hop_;
}

client client_of(const address& peer, forwarding kind, std::span<const std::string_view> lines,
                 const allowlist& trusted) noexcept {
  using enum client::outcome;
  if (kind == forwarding::none || !trusted.contains(peer)) return {peer, ok, 0};
  const bool standard = kind == forwarding::forwarded;
  backwards walk(lines, standard);
  address hop = peer;
  for (std::uint32_t hops = 0;; ++hops) {
    if (walk.at_end()) return {hop, all_trusted, hops};
    if (walk.spent()) return {hop, too_long, hops};
    const std::string_view untrimmed = walk.next();
    if (walk.overlong()) return {hop, too_long, hops};
    const std::string_view element = trimmed(untrimmed);
    address who;
    if (!parse_node(standard ? for_value(element) : element, !standard, who)) return {hop, malformed, hops};
    hop = who;
    if (!trusted.contains(hop)) return {hop, ok, hops + 1};
  }
}

}  // namespace ekauth::inline v1::cidr
