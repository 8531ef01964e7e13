// A layer under SQLite through which every file access passes, and which fails the one it is told to.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <new>

namespace faulty {

/// While one lives, files that SQLite opens pass through it. Close them before it ends. One at a time.
class files {
 public:
  files() : real_(sqlite3_vfs_find(nullptr)), layer_(*real_) {
    self = this;
    layer_.zName = "faulty";
    layer_.szOsFile = static_cast<int>(sizeof(file)) + real_->szOsFile;
    layer_.xOpen = open;
    sqlite3_vfs_register(&layer_, 1);
  }
  files(const files&) = delete;
  files& operator=(const files&) = delete;
  ~files() {
    sqlite3_vfs_register(real_, 1);
    sqlite3_vfs_unregister(&layer_);
    self = nullptr;
  }

  /// Fails the access that changes a file with this number, counted from 0 from now on, and all after it.
  void fail_from(int number, int code) {
    seen_ = 0;
    code_ = code;
    from_ = number;
  }
  void fail_reads(bool now) { fail_reads_ = now; }
  /// What is opened from now on lies where processes share no memory, as on a network.
  void share_nothing() { shares_ = false; }
  void heal() {
    from_ = -1;
    fail_reads_ = false;
  }
  /// Whether an access has failed since fail_from.
  [[nodiscard]] bool has_failed() const { return from_ >= 0 && seen_ > from_; }

  std::function<void()> on_sync;  ///< called before the disk is waited for
  std::function<void()> on_read;
  std::function<void()> on_write_lock;  ///< called before a lock is taken that only one may hold

 private:
  struct file : sqlite3_file {
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static sqlite3_file* real(sqlite3_file* layered) { return static_cast<file*>(layered)->real(); }

  int change() {
    const int number = seen_++;
    return from_ >= 0 && number >= from_ ? code_.load() : SQLITE_OK;
  }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* made, int flags, int* out_flags);
  static const sqlite3_io_methods& methods();
  static const sqlite3_io_methods& methods_without_sharing();

  static inline files* self = nullptr;
  sqlite3_vfs* real_;
  sqlite3_vfs layer_;
  std::atomic<int> seen_{0}, from_{-1}, code_{SQLITE_OK};
  std::atomic<bool> fail_reads_{false}, shares_{true};
};

inline const sqlite3_io_methods& files::methods() {
  using F = sqlite3_file;
  static const sqlite3_io_methods all = [] {
    sqlite3_io_methods m{};
    m.iVersion = 2;
    m.xClose = [](F* f) { return real(f)->pMethods->xClose(real(f)); };
    m.xRead = [](F* f, void* to, int size, sqlite3_int64 at) {
      if (self->on_read) self->on_read();
      if (self->fail_reads_) return SQLITE_IOERR_READ;
      return real(f)->pMethods->xRead(real(f), to, size, at);
    };
    m.xWrite = [](F* f, const void* from, int size, sqlite3_int64 at) {
      if (const int code = self->change(); code != SQLITE_OK) {
        // What a full disk leaves behind: a part.
        static_cast<void>(real(f)->pMethods->xWrite(real(f), from, size / 2, at));
        return code == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
      }
      return real(f)->pMethods->xWrite(real(f), from, size, at);
    };
    m.xTruncate = [](F* f, sqlite3_int64 size) {
      if (self->change() != SQLITE_OK) return SQLITE_IOERR_TRUNCATE;
      return real(f)->pMethods->xTruncate(real(f), size);
    };
    m.xSync = [](F* f, int flags) {
      if (self->on_sync) self->on_sync();
      if (const int code = self->change(); code != SQLITE_OK)
        return code == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_FSYNC;
      return real(f)->pMethods->xSync(real(f), flags);
    };
    m.xFileSize = [](F* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); };
    m.xLock = [](F* f, int level) {
      if (level >= SQLITE_LOCK_RESERVED && self->on_write_lock) self->on_write_lock();
      return real(f)->pMethods->xLock(real(f), level);
    };
    m.xUnlock = [](F* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); };
    m.xCheckReservedLock = [](F* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); };
    m.xFileControl = [](F* f, int op, void* arg) {
      return real(f)->pMethods->xFileControl(real(f), op, arg);
    };
    m.xSectorSize = [](F* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    m.xDeviceCharacteristics = [](F* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); };
    m.xShmMap = [](F* f, int page, int size, int extend, void volatile** out) {
      if (extend != 0 && self->change() != SQLITE_OK) return SQLITE_IOERR_SHMSIZE;
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    };
    m.xShmLock = [](F* f, int offset, int n, int flags) {
      const bool to_write = offset == 0 && flags == (SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE);
      if (to_write && self->on_write_lock) self->on_write_lock();
      return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
    };
    m.xShmBarrier = [](F* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    m.xShmUnmap = [](F* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
    return m;
  }();
  return all;
}

inline const sqlite3_io_methods& files::methods_without_sharing() {
  static const sqlite3_io_methods all = [] {
    sqlite3_io_methods m = methods();
    m.iVersion = 1;
    return m;
  }();
  return all;
}

inline int files::open(sqlite3_vfs*, const char* name, sqlite3_file* made, int flags, int* out_flags) {
  file* const layered = ::new (static_cast<void*>(made)) file{};
  std::memset(static_cast<void*>(layered->real()), 0, static_cast<std::size_t>(self->real_->szOsFile));
  const int code = self->real_->xOpen(self->real_, name, layered->real(), flags, out_flags);
  const auto& layer = self->shares_ ? methods() : methods_without_sharing();
  layered->pMethods = layered->real()->pMethods == nullptr ? nullptr : &layer;
  return code;
}

}  // namespace faulty
