#include "crypto/crypto.hpp"

#include <cstdlib>
#include <cstring>

namespace ekauth::inline v1::crypto {

key_ring::key_ring(const server_keys& roots, std::string_view use) {
  for (const server_keys::entry& listed : roots) {
    const secret key = derive(listed.root, use, listed.slot);
    keys_.push_back({listed.slot, hmac_key(key.expose())});  // expose: the HMAC is keyed with it
  }
}

const hmac_key* key_ring::find(char slot) const noexcept {
  for (const slot_key& listed : keys_)
    if (listed.slot == slot) return &listed.key;
  return nullptr;
}

mac_input::mac_input(std::string_view word) { put(word); }

mac_input::~mac_input() { wipe(bytes_, size_); }

mac_input& mac_input::field(std::string_view bytes) {
  const char length[2] = {static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size())};
  put({length, sizeof length});
  put(bytes);
  return *this;
}

mac_input& mac_input::number(std::uint64_t value) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (56 - 8 * i));
  put({bytes, sizeof bytes});
  return *this;
}

void mac_input::put(std::string_view bytes) {
  if (bytes.size() > sizeof bytes_ - size_) std::abort();  // every caller's fields have fixed, small sizes
  std::memcpy(bytes_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

}  // namespace ekauth::inline v1::crypto
