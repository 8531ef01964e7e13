// Writes the attack corpus for other implementations, a JSON object a line:
//   build/dev/tests/attacks_dump > corpus.jsonl
// token is the text as Latin-1: one character for each byte. setup and judged_at are those of corpus.hpp.
#include "attacks/corpus.hpp"

namespace {

// A JSON string of bytes, each of them a character.
std::string latin1(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text = "\"";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\')
      text += c;
    else
      ((text += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
  }
  return text + '"';
}

const char* name_of(attacks::setup under) {
  switch (under) {
    case attacks::setup::plain:
      return "plain";
    case attacks::setup::leeway:
      return "leeway";
    case attacks::setup::two_keys:
      return "two_keys";
    case attacks::setup::at_jwt:
      return "at_jwt";
  }
  return "";
}

}  // namespace

int main() {
  const attacks::corpus all = attacks::make_corpus();
  for (const attacks::attack& each : all.all()) {
    const bool accept = each.verdict == ekauth::errc{};
    const std::string code(accept ? "" : ekauth::name(each.verdict));
    std::printf(
        "{\"name\":%s,\"setup\":\"%s\",\"judged_at\":1700000100,\"accept\":%s,\"code\":\"%s\",\"token\":%s}"
        "\n",
        latin1(each.name).c_str(), name_of(each.under), accept ? "true" : "false", code.c_str(),
        latin1(each.token).c_str());
  }
}
