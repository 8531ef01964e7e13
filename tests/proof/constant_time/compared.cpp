// The code that compares secrets, as one source, so that it is built by each compiler at each level in a
// moment.
#include "core/base62.cpp"
#include "crypto/openssl.cpp"
#include "jwt/base64url.cpp"
#include "jwt/jws.cpp"
#include "keys/decide.cpp"
#include "keys/format.cpp"
#include "keys/service.cpp"
#include "refresh/decide.cpp"
#include "refresh/format.cpp"
