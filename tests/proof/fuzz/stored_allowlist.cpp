// The stored text of an allowlist: only what ekauth writes is read, and written again it is the same text.
#include <ekauth/allowlists_store.hpp>

#include <algorithm>

#include "fuzz/fuzz.hpp"

using namespace ekauth;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::input(data, size).all();
  const auto read = allowlists::parse_entries(text);
  if (!read) {
    must(read.error().code() == errc::store_corrupt, "anything else is damage");
    return 0;
  }
  must(allowlists::to_text(*read) == text, "a text is the one that its entries have");
  must(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == read->size(),
       "an entry is a line");
  for (const allowlists::entry& each : *read) {
    must(each.id.find_first_of(" \n") == std::string::npos, "an id is one word");
    const auto alone = allowlists::parse_entries(allowlists::to_text({each}));
    must(alone && alone->size() == 1 && alone->front() == each, "an entry alone is the same entry");
  }
  return 0;
}
