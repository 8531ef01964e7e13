#include "sqlite/schema.hpp"
#include "sqlite/state.hpp"

#include <chrono>

namespace ekauth::inline v1::sqlite {

namespace {

constexpr duration longest_wait = std::chrono::hours(1);
constexpr std::uint32_t most_readers = 64;

result<void> check(const options& how) {
  if (how.path.empty() || how.path.find('\0') != std::string::npos)
    return error{errc::option_invalid, "path must name a file"};
  if (how.busy_timeout < duration(0) || how.busy_timeout > longest_wait)
    return error{errc::option_invalid, "busy_timeout is 0 to an hour"};
  if (how.readers == 0 || how.readers > most_readers)
    return error{errc::option_invalid, "readers are 1 to 64"};
  return {};
}

}  // namespace

result<store> store::open(options how) {
  if (auto ok = check(how); !ok) return ok.error();
  auto opened = std::make_unique<state>(how.busy_timeout);
  auto writer = open_writer(how);
  if (!writer) return writer.error();
  opened->writer.add(*std::move(writer));
  for (std::uint32_t i = 0; i < how.readers; ++i) {
    auto reader = open_reader(how);
    if (!reader) return reader.error();
    opened->readers.add(*std::move(reader));
  }
  return store(std::move(opened));
}

store::store(std::unique_ptr<state> opened) noexcept : state_(std::move(opened)) {}
store::store(store&&) noexcept = default;

store& store::operator=(store&& other) noexcept {
  if (this != &other) {
    const store closed(std::move(*this));
    state_ = std::move(other.state_);
  }
  return *this;
}

store::~store() {
  // In a child the file is the parent's to close; what the child carries of it is left alone.
  if (state_ && state_->is_forked()) static_cast<void>(state_.release());
}

}  // namespace ekauth::inline v1::sqlite
