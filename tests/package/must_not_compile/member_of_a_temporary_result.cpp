// A loop over a temporary's member would walk over freed memory.
#include <ekauth/result.hpp>

#include <string>
#include <vector>

struct page {
  std::vector<std::string> entries;
};
ekauth::result<page> read();

std::size_t bytes() {
  std::size_t sum = 0;
#ifdef EKAUTH_MUST_FAIL
  for (const std::string& each : read()->entries) sum += each.size();
#else
  const auto seen = read();
  for (const std::string& each : seen->entries) sum += each.size();
#endif
  return sum;
}
