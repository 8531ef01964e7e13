// Functions of SQLite and of the system that fail when they are told to. Included once in a program.
#pragma once

#include <dlfcn.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace faulty {

/// While one lives, the call with this number fails, counted from 0; the calls that ask or open something
/// count.
class calls {
 public:
  calls(int number, int code) {
    left = number;
    failing = code;
  }
  calls(const calls&) = delete;
  calls& operator=(const calls&) = delete;
  ~calls() { left = -1; }
  /// Whether the call has failed.
  [[nodiscard]] static bool has_failed() { return left < 0; }

  /// What the real function answers, unless the call is the one that fails. SQLite's calls of itself do not
  /// count.
  template <class Real, class... Arguments>
  static int pass(Real* real, Arguments... arguments) {
    if (inside) return real(arguments...);
    if (left >= 0 && left-- == 0) return failing;
    inside = true;
    const int answer = real(arguments...);
    inside = false;
    return answer;
  }

  /// Whether SQLite is at work on this thread.
  [[nodiscard]] static bool is_inside() { return inside; }

 private:
  static inline thread_local int left = -1, failing = SQLITE_OK;
  static inline thread_local bool inside = false;
};

inline bool no_texts = false;  // SQLite has no memory for a column's text
inline int version = SQLITE_VERSION_NUMBER, threads = 1;
inline int node_error = 0;              // of mknod
inline bool is_made_meanwhile = false;  // the file, by somebody else, as mknod fails

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace faulty

// In front of those that the library calls.
extern "C" {
int sqlite3_open_v2(const char* path, sqlite3** out, int flags, const char* vfs) {
  static auto* const real = faulty::next<decltype(sqlite3_open_v2)>("sqlite3_open_v2");
  return faulty::calls::pass(real, path, out, flags, vfs);
}
int sqlite3_prepare_v2(sqlite3* db, const char* text, int size, sqlite3_stmt** out, const char** rest) {
  static auto* const real = faulty::next<decltype(sqlite3_prepare_v2)>("sqlite3_prepare_v2");
  return faulty::calls::pass(real, db, text, size, out, rest);
}
int sqlite3_prepare_v3(sqlite3* db, const char* text, int size, unsigned how, sqlite3_stmt** out,
                       const char** rest) {
  static auto* const real = faulty::next<decltype(sqlite3_prepare_v3)>("sqlite3_prepare_v3");
  return faulty::calls::pass(real, db, text, size, how, out, rest);
}
int sqlite3_step(sqlite3_stmt* asked) {
  static auto* const real = faulty::next<decltype(sqlite3_step)>("sqlite3_step");
  return faulty::calls::pass(real, asked);
}
int sqlite3_exec(sqlite3* db, const char* text, int (*row)(void*, int, char**, char**), void* of,
                 char** why) {
  static auto* const real = faulty::next<decltype(sqlite3_exec)>("sqlite3_exec");
  return faulty::calls::pass(real, db, text, row, of, why);
}
const unsigned char* sqlite3_column_text(sqlite3_stmt* asked, int column) {
  static auto* const real = faulty::next<decltype(sqlite3_column_text)>("sqlite3_column_text");
  return faulty::no_texts && !faulty::calls::is_inside() ? nullptr : real(asked, column);
}
int sqlite3_libversion_number() { return faulty::version; }
int sqlite3_threadsafe() { return faulty::threads; }
int mknod(const char* path, mode_t mode, dev_t device) noexcept {
  static auto* const real = faulty::next<decltype(mknod)>("mknod");
  if (faulty::node_error == 0) return real(path, mode, device);
  if (faulty::is_made_meanwhile) (void)real(path, mode, device);
  errno = faulty::node_error;
  return -1;
}
}
