// result<T>: a value, or the error why there is none.
//
//   result<keys::principal> who = run(api_keys.verify(credential, {.now = now()}), store);
//   if (!who) return refuse(who.error());
//   serve(who->granted().subject);
//
// The names are a subset of std::expected. Reading what is not there aborts, in every build.
#pragma once

#include <ekauth/error.hpp>

#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>
#if __has_include(<version>)
#include <version>
#endif
#if defined(__cpp_lib_expected)
#include <expected>
#endif

namespace ekauth::inline v1 {

/// Holds a T or an error. A value; as thread-safe as T.
template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;
  using error_type = v1::error;

  result(T value) noexcept(std::is_nothrow_move_constructible_v<T>) : value_(std::move(value)), has_(true) {}
  result(error_type why) noexcept : error_(why), has_(false) {}
  /// Makes the value in its place, from what a constructor of T takes.
  template <class... Args>
  explicit result(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...), has_(true) {}

  result(const result& other) requires std::is_copy_constructible_v<T> : has_(other.has_) {
    construct(other);
  }
  result(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : has_(other.has_) {
    construct(std::move(other));
  }
  result& operator=(const result& other) requires std::is_copy_constructible_v<T> {
    if (this != &other) *this = result(other);
    return *this;
  }
  result& operator=(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    if (this == &other) return *this;
    destroy();
    has_ = other.has_;
    construct(std::move(other));
    return *this;
  }
  ~result() { destroy(); }

  [[nodiscard]] bool has_value() const noexcept { return has_; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_; }

  /// The value. Aborts when there is none.
  [[nodiscard]] T& operator*() & { return checked(); }
  [[nodiscard]] const T& operator*() const& { return const_cast<result*>(this)->checked(); }
  [[nodiscard]] T* operator->() & { return &checked(); }
  [[nodiscard]] const T* operator->() const& { return &const_cast<result*>(this)->checked(); }
  /// The value of a temporary is moved out. A loop over `*run(…)` then owns what it walks over.
  [[nodiscard]] T operator*() && { return std::move(checked()); }
  void operator*() const&& = delete;
  /// A member of a temporary's value would be gone at the end of the line: give the result a name first.
  void operator->() && = delete;
  void operator->() const&& = delete;

  /// The error, of a temporary by value. Aborts when there is a value.
  [[nodiscard]] const error_type& error() const& { return checked_error(); }
  [[nodiscard]] error_type error() const&& { return checked_error(); }

  /// The value, or other when there is none.
  template <class U>
  [[nodiscard]] T value_or(U&& other) && {
    return has_ ? std::move(value_) : static_cast<T>(std::forward<U>(other));
  }

  /// f(value), which answers a result of its own; or this error.
  template <class F>
  [[nodiscard]] auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (!has_) return error_;
    return std::forward<F>(f)(std::move(value_));
  }

  /// A result of f(value), or this error.
  template <class F>
  [[nodiscard]] auto transform(F&& f) && -> result<std::invoke_result_t<F, T&&>> {
    if (!has_) return error_;
    return std::forward<F>(f)(std::move(value_));
  }

#if defined(__cpp_lib_expected)
  /// The same as a std::expected, where the host's language has one.
  [[nodiscard]] operator std::expected<T, error_type>() && {
    if (!has_) return std::unexpected(error_);
    return std::move(value_);
  }
#endif

 private:
  T& checked() {
    if (!has_) std::abort();
    return value_;
  }
  const error_type& checked_error() const {
    if (has_) std::abort();
    return error_;
  }
  template <class Other>
  void construct(Other&& other) {
    if (has_)
      ::new (static_cast<void*>(&value_)) T(std::forward<Other>(other).value_);
    else
      ::new (static_cast<void*>(&error_)) error_type(other.error_);
  }
  void destroy() noexcept {
    if (has_) value_.~T();
  }

  union {
    T value_;
    error_type error_;
  };
  bool has_;
};

/// Success without a value, or an error.
template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;
  using error_type = v1::error;

  constexpr result() noexcept : error_(errc::internal_error, ""), has_(true) {}
  constexpr result(error_type why) noexcept : error_(why), has_(false) {}

  [[nodiscard]] constexpr bool has_value() const noexcept { return has_; }
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_; }

  /// The error, of a temporary by value. Aborts on success.
  [[nodiscard]] const error_type& error() const& {
    if (has_) std::abort();
    return error_;
  }
  [[nodiscard]] error_type error() const&& { return error(); }

 private:
  error_type error_;
  bool has_;
};

}  // namespace ekauth::inline v1
