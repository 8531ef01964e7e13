#include "jwt/json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/no_memory.hpp"
#include "jwt/json_raw.hpp"

namespace ekauth::inline v1::jwt {

namespace {

namespace dom = simdjson::dom;

// One per thread: the parser and its input, so that reading allocates only for the longest text so far.
class reader {
 public:
  reader() {
    // Two levels more than we accept, so that the depth that counts is ours and not a parser version's.
    if (parser_.allocate(max_json_size, max_depth + 2) != simdjson::SUCCESS) no_memory();
  }

  // Payloads are read after the MAC and may hold whatever their issuer likes. Headers come from anyone: what
  // no honest one contains is not worth any effort.
  enum class part { header, payload };

  // Whether json is one strict value; depth: how many arrays and objects will stand around it.
  bool read(std::string_view json, part which, std::size_t depth, dom::element& root) {
    if (json.size() > max_json_size) return false;
    if (json.starts_with("\xef\xbb\xbf")) return false;  // newer parsers skip a byte order mark
    std::memcpy(input_, json.data(), json.size());
    std::memset(input_ + json.size(), ' ', simdjson::SIMDJSON_PADDING);
    const bool parsed =
        parse(json.size(), root) ||
        (which == part::payload && fit_wide_numbers(input_, json.size()) && parse(json.size(), root));
    // Raw bytes are checked by the parser; what escapes spell is checked by us.
    most_members_ = which == part::header ? max_header_members : max_json_size;
    escapes_ = json.find('\\') != std::string_view::npos;
    return parsed && strict(root, depth);
  }

 private:
  bool parse(std::size_t size, dom::element& root) {
    const auto trouble = parser_.parse(input_, size, false).get(root);
    if (trouble == simdjson::MEMALLOC) no_memory();  // which says nothing about the text
    return trouble == simdjson::SUCCESS;
  }

  bool strict(dom::element value, std::size_t depth) {
    dom::object object;
    dom::array array;
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) return !escapes_ || simdjson::validate_utf8(text);
    if (value.get(object) == simdjson::SUCCESS) {
      if (depth == max_depth || !names_differ(object)) return false;
      for (const auto member : object) {
        if (!strict(member.value, depth + 1)) return false;
      }
    } else if (value.get(array) == simdjson::SUCCESS) {
      if (depth == max_depth) return false;
      for (const auto element : array) {
        if (!strict(element, depth + 1)) return false;
      }
    }
    return true;
  }

  // The parser keeps repeated names; which of them counts is what attackers and readers disagree about.
  bool names_differ(dom::object object) {
    names_.clear();
    for (const auto member : object) {
      if (escapes_ && !simdjson::validate_utf8(member.key)) return false;
      names_.push_back(member.key);
    }
    if (names_.size() > most_members_) return false;
    constexpr std::size_t few = 16;
    if (names_.size() > few) {
      std::sort(names_.begin(), names_.end());
      return std::adjacent_find(names_.begin(), names_.end()) == names_.end();
    }
    for (std::size_t i = 1; i < names_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (names_[i] == names_[j]) return false;
      }
    }
    return true;
  }

  static constexpr std::size_t max_header_members = 64;

  dom::parser parser_{max_json_size};
  std::size_t most_members_ = 0;
  std::vector<std::string_view> names_;
  bool escapes_ = false;
  char input_[max_json_size + simdjson::SIMDJSON_PADDING];
};

reader& this_thread() {
  thread_local reader mine;
  return mine;
}

bool read_object(std::string_view json, reader::part which, dom::object& out) {
  dom::element root;
  return this_thread().read(json, which, 0, root) && root.get(out) == simdjson::SUCCESS;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool get_text(dom::element value, std::optional<std::string_view>& out) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || !is_text(text)) return false;
  out = text;
  return true;
}

bool get_name(dom::element value, std::optional<std::string_view>& out) {
  return get_text(value, out) && !out->empty() && out->size() <= max_name_size;
}

// NumericDate of RFC 7519 §2: any finite number of seconds, here from 1970 on and to the millisecond.
bool get_date(dom::element value, std::optional<time_point>& out) {
  constexpr double last_second = std::chrono::duration<double>(end_of_time.time_since_epoch()).count();
  double seconds = 0;
  if (value.get(seconds) != simdjson::SUCCESS) return false;
  if (!std::isfinite(seconds) || seconds < 0) return false;
  out = time_point(duration(std::llround(std::min(seconds, last_second) * 1000)));
  return true;
}

bool get_audience(dom::element value, const std::vector<std::string>& ours, claims::audience& out) {
  std::optional<std::string_view> text;
  dom::array list;
  if (value.get(list) != simdjson::SUCCESS) {
    if (!get_text(value, text)) return false;
    out = contains(ours, *text) ? claims::audience::ours : claims::audience::other;
    return true;
  }
  out = claims::audience::other;
  for (const auto entry : list) {
    if (!get_text(entry, text)) return false;
    if (contains(ours, *text)) out = claims::audience::ours;
  }
  return true;
}

}  // namespace

bool is_text(std::string_view text) noexcept {
  return text.find('\0') == std::string_view::npos && simdjson::validate_utf8(text);
}

bool is_value(std::string_view text) {
  dom::element root;
  return this_thread().read(text, reader::part::payload, 1, root);
}

result<header> read_header(std::string_view json) {
  const error refused{errc::token_header_refused, "the header is not a strict JSON object with text members"};
  dom::object object;
  if (!read_object(json, reader::part::header, object)) return refused;
  header out;
  for (const auto member : object) {
    const std::string_view name = member.key;
    // Each of these changes what the bytes mean, and none of them means anything to us.
    if (name == "crit" || name == "b64" || name == "enc" || name == "zip" || name == "cty") {
      return error{errc::token_header_refused, "the header asks for processing that is not supported"};
    }
    if (name == "alg") {
      // Absent and of another type are the same to the caller: not HS256.
      (void)get_text(member.value, out.algorithm);
    } else if (name == "typ") {
      if (!get_text(member.value, out.type)) return refused;
    } else if (name == "kid") {
      if (!get_text(member.value, out.kid)) return refused;
    }
  }
  return out;
}

result<claims> read_claims(std::string_view json, const std::vector<std::string>& audiences) {
  dom::object object;
  if (!read_object(json, reader::part::payload, object)) {
    return error{errc::token_payload_malformed, "the payload is not one strict JSON object"};
  }
  claims out;
  out.unescaped = true;
  for (const auto member : object) {
    const std::string_view name = member.key;
    const dom::element value = member.value;
    bool good = true;
    if (name == "iss") good = get_text(value, out.issuer);
    if (name == "aud") good = get_audience(value, audiences, out.meant_for);
    if (name == "sub") good = get_name(value, out.subject);
    if (name == "jti") good = get_name(value, out.token);
    if (name == "sid") good = get_name(value, out.session);
    if (name == "scope") good = get_text(value, out.scope);
    if (name == "exp") good = get_date(value, out.expires_at);
    if (name == "iat") good = get_date(value, out.issued_at);
    if (name == "nbf") good = get_date(value, out.not_before);
    if (!good) return error{errc::token_claim_malformed, "a registered claim has the wrong type or value"};
  }
  return out;
}

namespace {

// The member's place in the object, and its value.
std::optional<std::size_t> find_member(std::string_view json, std::string_view name, dom::element& out) {
  dom::object object;
  if (!read_object(json, reader::part::payload, object)) return std::nullopt;
  std::size_t index = 0;
  for (const auto member : object) {
    if (member.key == name) {
      out = member.value;
      return index;
    }
    ++index;
  }
  return std::nullopt;
}

template <class Read, class T>
std::optional<T> find_as(std::string_view json, std::string_view name) {
  dom::element value;
  Read read;
  if (!find_member(json, name, value) || value.get(read) != simdjson::SUCCESS) return std::nullopt;
  return T(read);
}

}  // namespace

std::optional<std::string> find_text(std::string_view json, std::string_view name) {
  return find_as<std::string_view, std::string>(json, name);
}

std::optional<std::int64_t> find_integer(std::string_view json, std::string_view name) {
  return find_as<std::int64_t, std::int64_t>(json, name);
}

std::optional<bool> find_boolean(std::string_view json, std::string_view name) {
  return find_as<bool, bool>(json, name);
}

std::optional<std::string> find_json(std::string_view json, std::string_view name) {
  dom::element value;
  const auto index = find_member(json, name, value);
  if (!index) return std::nullopt;
  return std::string(member_text(json, *index));
}

}  // namespace ekauth::inline v1::jwt
