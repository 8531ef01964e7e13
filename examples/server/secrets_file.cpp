#include "secrets_file.hpp"

#include <ekauth/random.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>

namespace example {

namespace {

using ekauth::secret;

class descriptor {
 public:
  explicit descriptor(int file) : file_(file) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  int number() const { return file_; }
  bool open() const { return file_ >= 0; }

 private:
  int file_;
};

void append_key(std::string& text, std::string_view start) {
  static constexpr char digits[] = "0123456789abcdef";
  unsigned char bytes[32];
  ekauth::os_random().fill(bytes, sizeof bytes);
  text += start;
  for (const unsigned char byte : bytes) (text += digits[byte >> 4]) += digits[byte & 15];
  text += '\n';
  ekauth::wipe(bytes, sizeof bytes);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

// Written beside its place and linked into it whole, so that neither a crash nor a second server that starts
// at the same moment leaves half a file or two different ones.
bool create(const std::string& path) {
  const std::string draft = path + "." + std::to_string(::getpid());
  ::unlink(draft.c_str());
  const descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.open()) return false;
  std::string text = "# The secrets of one server. Whoever reads them can make every key and token.\n";
  text.reserve(512);  // no copy of a key is left behind by growing
  append_key(text, "server-key 1 ");
  append_key(text, "jwt-key first ");
  const bool written = write_all(file.number(), text);
  ekauth::wipe(text.data(), text.size());
  const bool placed = written && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  ::unlink(draft.c_str());
  return placed;
}

std::optional<secret> from_hex(std::string_view text) {
  unsigned char bytes[32] = {};
  if (text.size() != 2 * sizeof bytes) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    bytes[i / 2] = static_cast<unsigned char>(bytes[i / 2] << 4 | digit);
  }
  secret out(std::string_view(reinterpret_cast<const char*>(bytes), sizeof bytes));
  ekauth::wipe(bytes, sizeof bytes);
  return out;
}

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

bool read_line(std::string_view line, secrets& into) {
  if (line.empty() || line.front() == '#') return true;
  const std::string_view kind = next_word(line), name = next_word(line);
  auto key = from_hex(next_word(line));
  if (!key || !line.empty()) return false;
  if (kind == "server-key") return name.size() == 1 && into.roots.add(name[0], *std::move(key));
  if (kind != "jwt-key") return false;
  into.token_keys.insert(into.token_keys.begin(), {std::string(name), *std::move(key)});
  return true;
}

bool parse(std::string_view text, secrets& into) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!read_line(line, into)) return false;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return into.roots.active() != ekauth::server_keys::no_slot && !into.token_keys.empty();
}

}  // namespace

bool load_secrets(const std::string& path, secrets& into, std::string& why) {
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT && !create(path)) {
    why = "cannot create the secrets file " + path;
    return false;
  }
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (!file.open() || ::fstat(file.number(), &about) != 0 || !S_ISREG(about.st_mode)) {
    why = "cannot read the secrets file " + path;
    return false;
  }
  if ((about.st_mode & 077) != 0 || (about.st_uid != ::geteuid() && about.st_uid != 0)) {
    why = "the secrets file " + path + " can be read by others; chmod 600 it, and replace its keys if it was";
    return false;
  }
  char text[16384];
  const ssize_t size = ::read(file.number(), text, sizeof text);
  const bool good = size >= 0 && static_cast<std::size_t>(size) < sizeof text &&
                    parse(std::string_view(text, static_cast<std::size_t>(size)), into);
  ekauth::wipe(text, sizeof text);
  if (!good) why = "the secrets file " + path + " has a line that is not a key, or lacks a kind of key";
  return good;
}

}  // namespace example
