// Judges the signed envelopes of tokens by cjose, which knows nothing about claims.
#include <cjose/cjose.h>

#include <csetjmp>
#include <csignal>
#include <cstring>

#include "peers/judges/lines.hpp"

namespace {

sigjmp_buf before_the_token;

// Some malformed tokens end a process that uses cjose by a failed assertion. This one goes on with the next.
void return_from_abort(int) { siglongjmp(before_the_token, 1); }

// No destructor may wait in here.
const char* judge(const cjose_jwk_t* key, const std::string& token) {
  if (sigsetjmp(before_the_token, 1) != 0) return "aborts";
  cjose_err why{};
  cjose_jws_t* const read = cjose_jws_import(token.data(), token.size(), &why);
  if (read == nullptr) return "import";
  const char* const alg = cjose_header_get(cjose_jws_get_protected(read), CJOSE_HDR_ALG, &why);
  const bool proven = alg != nullptr && std::strcmp(alg, "HS256") == 0 && cjose_jws_verify(read, key, &why);
  cjose_jws_release(read);
  return proven ? "" : "verify";
}

}  // namespace

int main() {
  std::signal(SIGABRT, return_from_abort);
  cjose_err why{};
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(lines::secret.data());
  cjose_jwk_t* const key = cjose_jwk_create_oct_spec(bytes, lines::secret.size(), &why);
  if (key == nullptr) return 1;
  const int status = lines::answer([&](const std::string& token) { return judge(key, token); });
  cjose_jwk_release(key);
  return status;
}
