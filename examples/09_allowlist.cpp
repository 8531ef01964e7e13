// Lets a credential be used from some networks only.

#include <ekauth/cidr.hpp>

#include <cstdio>
#include <string_view>

using namespace ekauth;

namespace {

int fail(const error& why) {
  std::fprintf(stderr, "entry %u: %s\n", why.position(), why.text());
  return 1;
}

/// client: the caller's address; behind a proxy, what the proxy says, and only if it is yours.
result<void> admit(const cidr::allowlist& offices, std::string_view client) {
  const auto address = cidr::address::parse(client);
  if (!address) return address.error();  // what cannot be read is not let in
  if (!offices.contains(*address)) return error{errc::ip_not_allowed, "the address is on no allowlist"};
  return {};
}

}  // namespace

int main() {
  const auto offices = cidr::allowlist::parse({"192.0.2.0/24", "198.51.100.7", "2001:db8:12::/48"});
  if (!offices) return fail(offices.error());

  struct {
    const char* client;
    bool allowed;
  } const visits[] = {{"192.0.2.77", true},     {"::ffff:192.0.2.77", true}, {"198.51.100.7", true},
                      {"198.51.100.8", false},  {"2001:db8:12::1", true},    {"2001:db8:13::1", false},
                      {"192.0.2.77:443", false}};
  for (const auto& visit : visits) {
    const auto ok = admit(*offices, visit.client);
    std::printf("%-18s %s\n", visit.client, ok ? "may pass" : ok.error().text());
    if (ok.has_value() != visit.allowed) return 1;
  }

  // One bad entry refuses the whole list and says which: here, bits are set behind the length.
  const auto typo = cidr::allowlist::parse({"192.0.2.0/24", "10.1.2.3/8"});
  return !typo && typo.error().position() == 1 ? 0 : 1;
}
