// Where the judges differ from ekauth, and why. docs/PROOF.md has the same as a table with numbers.
//
// Laxness is listed by topic, so that other versions of a judge may be lax in another case of it. What a
// judge refuses and ekauth accepts is listed case by case: each may be a mistake of ours. A listed difference
// need not appear.
#pragma once

#include <string_view>

namespace peers {

struct difference {
  std::string_view judges;  ///< names with a space after each
  std::string_view topics;  ///< of the corpus, likewise; or of a refusal: what the case's name contains
  std::string_view reason;
};

/// They accept what a standard tells to refuse.
inline constexpr difference laxness[] = {
    {"PyJWT jose libjwt ", "alphabet insertion serialization ",
     "the decoder skips characters outside its alphabet, takes the other alphabet, or stops at padding"},
    {"cjose ", "insertion ", "padding is taken"},
    {"libjwt ", "insertion confusion ", "C text: what follows a NUL is not seen"},
    {"jose jsonwebtoken libjwt ", "base64url-length ", "a last character that holds no byte is dropped"},
    {"PyJWT jose jsonwebtoken libjwt cjose ", "unused-bits ",
     "the bits behind the last byte are not looked at"},
    {"libjwt ", "algorithm ", "alg is compared without regard to case"},
    {"jsonwebtoken libjwt cjose ", "crit b64 ", "crit is not read"},
    {"PyJWT jose ", "crit b64 ", "b64 is known and its value not always checked"},
    {"PyJWT jose jsonwebtoken libjwt cjose ", "typ ", "typ is not read unless asked for"},
    {"PyJWT jose jsonwebtoken libjwt cjose ", "kid-injection ", "kid is not read: there is one key"},
    {"libjwt ", "json ", "what follows a NUL behind the JSON is not seen"},
    {"PyJWT ", "json-number ", "Python's parser takes NaN and Infinity"},
    {"PyJWT ", "json ", "the JSON may have a byte order mark"},
    {"jose ", "json ", "the JSON may have a byte order mark"},
    {"jose jsonwebtoken ", "utf8 ", "bytes that are not UTF-8 become U+FFFD"},
    {"PyJWT ", "utf8 ", "Python's parser takes UTF-16 and UTF-32, by their NULs"},
    {"PyJWT jose jsonwebtoken ", "surrogate ", "half a pair passes"},
    {"PyJWT jose jsonwebtoken libjwt cjose ", "duplicate ", "the last of two names counts"},
    {"PyJWT jose jsonwebtoken libjwt ", "claim-type ",
     "types of sub, jti, sid, scope and iat are the caller's affair"},
    {"PyJWT jose jsonwebtoken libjwt ", "scope claim-text ", "scope is the caller's affair"},
    {"jose jsonwebtoken libjwt ", "aud ", "the array may hold what is no text"},
    {"jsonwebtoken ", "claim-missing header-claims ",
     "exp, iss and sub are checked where they are present only"},
    {"PyJWT ", "exp nbf iat ", "a text is read as a number, true as 1, and a fraction is cut off"},
    {"libjwt ", "nbf iat ", "its getters read other types, fractions and exponents as 0"},
    {"jose jsonwebtoken libjwt ", "iat ", "iat is not read"},
    {"PyJWT jose jsonwebtoken libjwt cjose ", "depth ", "as deep as the parser goes"},
};

/// They refuse what ekauth accepts.
inline constexpr difference strictness[] = {
    {"libjwt cjose ", "\\u0000", "Jansson refuses an escaped NUL, wherever it is"},
    {"libjwt cjose ", "json-number/", "Jansson refuses numbers beyond 64 bits and beyond a double"},
    {"libjwt ", "exp/", "its getters read fractions, exponents and what is beyond 64 bits as 0"},
    {"PyJWT ", "exp/1700000100.", "a fraction of exp is cut off"},
};

}  // namespace peers
