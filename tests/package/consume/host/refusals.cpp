// A credential is found in the headers, and a refusal is put into words.
#include <ekauth/http.hpp>

int main() {
  using namespace ekauth;
  const auto found = http::find_credential({.authorization = "Bearer ek_live_1"});
  if (!found || found->text != "ek_live_1") return 1;
  const auto missing = http::find_credential({});
  if (missing) return 2;
  const http::response answer = http::to_envelope(missing.error(), {.path = "/\"events\""});
  return answer.status == 401 && answer.body.find(R"("path":"/\"events\"")") != answer.body.npos ? 0 : 3;
}
