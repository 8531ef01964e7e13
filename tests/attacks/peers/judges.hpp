// Verifiers that other people wrote, and what they say of tokens.
#pragma once

#include <ekauth/error.hpp>

#include <stdio.h>  // popen is POSIX

#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "support/temporary.hpp"

namespace peers {

using ekauth::errc;

struct judge {
  std::string_view name;
  const char* command;
  /// Judges the signed envelope only: what our verifier refuses behind the MAC is right there.
  bool envelope_only = false;
};

inline const std::vector<judge> judges{
    {"PyJWT", EKAUTH_JUDGE_PYJWT},
    {"jose", EKAUTH_JUDGE_JOSE},
    {"jsonwebtoken", EKAUTH_JUDGE_JSONWEBTOKEN},
    {"libjwt", EKAUTH_JUDGE_LIBJWT},
    {"cjose", EKAUTH_JUDGE_CJOSE, true},
};

/// What a judge has to say if it is to agree with a verdict of ours; nothing where it has no say: a payload
/// is no part of the envelope, unless it is not even base64url.
inline std::optional<bool> expected_of(const judge& who, errc ours) {
  if (!who.envelope_only) return ours == errc{};
  if (ours == errc::token_payload_malformed) return std::nullopt;
  return ours == errc{} || ours == errc::token_expired || ours == errc::token_not_yet_valid ||
         (ours > errc::token_payload_malformed && ours <= errc::token_audience_mismatch);
}

/// Its own words: "+", or "- " and why not.
using verdicts = std::vector<std::string>;

inline std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

/// What every judge says of every token, in the order of judges and tokens; all judges work at once.
inline std::vector<verdicts> ask(const std::vector<std::string_view>& tokens) {
  const fixed::temporary_folder folder;
  const std::string questions = folder.file("tokens");
  {
    std::ofstream out(questions);
    for (const std::string_view token : tokens) out << hexadecimal(token) << '\n';
    REQUIRE(out.flush().good());
  }
  std::vector<FILE*> running;
  for (const judge& each : judges)
    running.push_back(::popen((each.command + (" < " + questions)).c_str(), "r"));
  std::vector<verdicts> all;
  for (std::size_t i = 0; i < judges.size(); ++i) {
    INFO(judges[i].name << ": " << judges[i].command);
    REQUIRE(running[i] != nullptr);
    verdicts& said = all.emplace_back();
    char line[256];
    while (::fgets(line, sizeof line, running[i]) != nullptr) {
      said.emplace_back(line);
      if (said.back().ends_with('\n')) said.back().pop_back();
    }
    CHECK(::pclose(running[i]) == 0);
    REQUIRE(said.size() == tokens.size());
  }
  return all;
}

}  // namespace peers
