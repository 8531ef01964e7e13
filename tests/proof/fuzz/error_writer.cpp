// Answers to errors: one strict JSON document that says what it was given, and headers of one line, whatever
// the texts.
#include <ekauth/http.hpp>

#include "fuzz/fuzz.hpp"
#include "fuzz/json.hpp"
#include "http/text.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

constexpr char reason[] = "a reason that stays inside";
const auto cleaned = fuzz::cleaned_elsewhere;

bool is_header_text(std::string_view text) {
  for (const char c : text)
    if (c < 0x20 || c > 0x7e) return false;
  return true;
}

fuzz::json check(const http::response& answer) {
  must(is_header_text(answer.www_authenticate) && is_header_text(answer.reason_phrase),
       "a header is one line of ASCII");
  const fuzz::reading body = fuzz::read_elsewhere(answer.body);
  must(body.good && body.root.is_object(), "a body is JSON");
  must(answer.body.find('\n') == std::string::npos, "on one line");
  return body.root;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const auto code = static_cast<errc>(in.byte() * 8 + in.byte() % 8);
  const std::uint8_t how = in.byte();
  const std::string path = in.line(), id = in.line(), realm = in.line(), missing = in.line(),
                    text = in.line();
  const std::string message = in.all();
  const error why{code, reason};
  const http::occurrence where{path, id, static_cast<std::int64_t>(how) * 1'000'000'007 * 1000};
  http::options extra{
      .realm = realm, .missing_scopes = missing, .problem_types = how & 1 ? "https://docs.example/#" : ""};
  extra.offered = {(how & 2) != 0, (how & 4) != 0};
  if (how & 8) extra.messages = {message, text};
  if (how & 16) extra.details_text = text;

  const http::description& said = http::describe(code);
  const fuzz::json body = check(http::to_envelope(why, where, extra));
  const fuzz::json& envelope = *body.find("error");
  const std::string whole = path.substr(0, path.find_first_of("?#"));
  const std::string_view shown = http::shown_path(path);
  must(whole.starts_with(shown), "a path is shown from its beginning");
  must(shown == whole || http::begins_credential(whole.substr(shown.size())), "up to a credential");
  const std::string shown_path = cleaned(std::string(shown));
  must(envelope.names.size() == 7 && envelope.says("statusCode", said.status),
       "an envelope has its seven members");
  must(envelope.says("path", shown_path) && envelope.says("requestId", cleaned(id)),
       "path and request as given");
  must(envelope.says("message", said.message) && envelope.says("errorName", said.error_name),
       "the catalogue's texts");
  if ((how & 16) && !text.empty())
    must(envelope.says("details", cleaned(text)), "details as given");
  else if (how & 8)
    must(envelope.find("details")->find("message")->values[0].text == cleaned(message), "messages as given");

  const fuzz::json problem = check(http::to_problem(why, where, extra));
  must(problem.says("status", said.status) && problem.says("instance", shown_path),
       "a problem says the same");
  must(problem.says("code", name(http::face(code))), "by its face");
  const http::response oauth = http::to_oauth(why, extra);
  must(check(oauth).names.size() == 2 && oauth.body.find(reason) == std::string::npos,
       "an OAuth error has two members");

  const fuzz::reading alone = fuzz::read_elsewhere(http::json_string(message));
  must(alone.good && alone.root.text == cleaned(message), "a text is read as what was written");
  return 0;
}
