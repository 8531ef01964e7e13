// A password is hashed, and told from another one.
#include <ekauth/password.hpp>

int main() {
  using namespace ekauth;
  const auto passwords = password::hasher::make({.passes = 1, .memory_bytes = std::size_t{8} << 20});
  if (!passwords) return 1;
  const auto hash = passwords->hash("correct horse");
  if (!hash || !passwords->verify(*hash, "correct horse")) return 2;
  return passwords->verify(*hash, "wrong horse") ? 3 : 0;
}
