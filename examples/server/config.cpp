#include "config.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace example {

namespace {

std::string variable(const char* name, std::string otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? std::string(value) : std::move(otherwise);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    const auto comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

bool read_port(const std::string& text, int& port) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  return problem == std::errc() && end == text.data() + text.size() && port >= 0 && port <= 65535;
}

}  // namespace

bool read_config(config& into, std::string& why) {
  into.directory = variable("EKAUTH_DATA", "ekauth-data");
  into.secrets = variable("EKAUTH_SECRETS", into.directory + "/secrets");
  into.host = variable("EKAUTH_HOST", "127.0.0.1");
  if (!read_port(variable("EKAUTH_PORT", "8080"), into.port)) {
    why = "EKAUTH_PORT is not a port number";
    return false;
  }
  const std::string preset = variable("EKAUTH_REFRESH", "strict");
  if (preset != "strict" && preset != "web") {
    why = "EKAUTH_REFRESH is neither strict nor web";
    return false;
  }
  into.refresh = preset == "web" ? ekauth::refresh::web() : ekauth::refresh::strict();
  const std::string https = variable("EKAUTH_HTTPS_ONLY", "0");
  if (https != "0" && https != "1") {
    why = "EKAUTH_HTTPS_ONLY is neither 0 nor 1";
    return false;
  }
  into.https_only = https == "1";
  // Set but empty means none, so that nobody's word is taken.
  const char* const named = std::getenv("EKAUTH_TRUSTED_PROXIES");
  const std::string list = named ? named : "127.0.0.0/8,::1";
  auto proxies = ekauth::cidr::allowlist::parse(list.empty() ? std::vector<std::string>() : split(list));
  if (!proxies) {
    why = std::string("EKAUTH_TRUSTED_PROXIES has an entry that is no address or block: ") +
          proxies.error().text();
    return false;
  }
  into.trusted_proxies = *std::move(proxies);
  const std::string header = variable("EKAUTH_FORWARDED_BY", "x-forwarded-for");
  if (header != "x-forwarded-for" && header != "forwarded") {
    why = "EKAUTH_FORWARDED_BY is neither x-forwarded-for nor forwarded";
    return false;
  }
  using ekauth::cidr::forwarding;
  if (!into.trusted_proxies.empty())
    into.forwarded_by = header == "forwarded" ? forwarding::forwarded : forwarding::x_forwarded_for;
  return true;
}

}  // namespace example
