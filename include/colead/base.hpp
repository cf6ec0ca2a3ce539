// What every part needs: owned text and bytes, errors, results, Arrow streams. Included by colead.hpp.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef COLEAD_BASE_HPP
#define COLEAD_BASE_HPP

#include "../colead.h"

#include <cstddef>
#include <exception>
#include <string_view>
#include <utility>
#include <variant>

#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#include <cstdlib>
#endif

namespace colead {

namespace detail {

/// Owns one C object; `Free` is its `_free` function.
template <typename T, void (*Free)(T *)>
class Handle {
 public:
  Handle() noexcept = default;
  explicit Handle(T *raw) noexcept : raw_(raw) {}
  Handle(Handle &&other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Handle &operator=(Handle &&other) noexcept {
    if (this != &other) {
      Free(std::exchange(raw_, std::exchange(other.raw_, nullptr)));
    }
    return *this;
  }
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;
  ~Handle() { Free(raw_); }

  T *get() const noexcept { return raw_; }

  /// Where a C function puts a new object; what was held is freed.
  T **out() noexcept {
    Free(std::exchange(raw_, nullptr));
    return &raw_;
  }

 private:
  T *raw_ = nullptr;
};

/// One owner of a C object that never changes; `Clone` adds another.
template <typename T, T *(*Clone)(const T *), void (*Free)(T *)>
class Shared {
 public:
  explicit Shared(T *raw) noexcept : raw_(raw) {}
  Shared(const Shared &other) noexcept : raw_(Clone(other.raw_)) {}
  Shared(Shared &&other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Shared &operator=(Shared other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Shared() { Free(raw_); }

  const T *get() const noexcept { return raw_; }

 private:
  T *raw_;
};

}  // namespace detail

/// Text owned by the caller.
class String {
 public:
  explicit String(colead_string *raw) noexcept : handle_(raw) {}

  /// The text; it lives as long as this object.
  std::string_view view() const noexcept {
    return {colead_string_get_data(handle_.get()), colead_string_get_size(handle_.get())};
  }
  operator std::string_view() const noexcept { return view(); }

 private:
  detail::Handle<colead_string, colead_string_free> handle_;
};

/// Bytes owned by the caller.
class Bytes {
 public:
  explicit Bytes(colead_bytes *raw) noexcept : handle_(raw) {}

  /// The bytes; they live as long as this object.
  std::string_view view() const noexcept {
    return {reinterpret_cast<const char *>(colead_bytes_get_data(handle_.get())), colead_bytes_get_size(handle_.get())};
  }
  operator std::string_view() const noexcept { return view(); }

 private:
  detail::Handle<colead_bytes, colead_bytes_free> handle_;
};

/// Why a call was refused. Copies share one immutable object, so that copying never fails.
class Error : public std::exception {
 public:
  /// Takes the status and the error of a failed C call; the error may be null.
  Error(colead_status status, colead_error *raw) noexcept : status_(status), handle_(raw) {}
  Error(const Error &other) noexcept
      : std::exception(other), status_(other.status_), handle_(colead_error_clone(other.handle_.get())) {}
  Error(Error &&) noexcept = default;
  Error &operator=(Error other) noexcept {
    status_ = other.status_;
    handle_ = std::move(other.handle_);
    return *this;
  }
  ~Error() override = default;

  /// One of the COLEAD_ERROR_* values.
  colead_status status() const noexcept { return status_; }
  /// A stable code in snake_case.
  std::string_view code() const noexcept { return colead_error_get_code(handle_.get()); }
  /// What went wrong.
  std::string_view message() const noexcept { return text(colead_error_get_message); }
  /// Where it went wrong, or empty.
  std::string_view path() const noexcept { return text(colead_error_get_path); }
  /// What to do about it, or empty.
  std::string_view help() const noexcept { return text(colead_error_get_help); }
  /// The error as canonical JSON, empty when it holds none.
  String json() const noexcept {
    colead_string *out = nullptr;
    colead_error_write_json(handle_.get(), &out, nullptr);
    return String(out);
  }
  /// The message, for generic handlers.
  const char *what() const noexcept override { return colead_error_get_message(handle_.get(), nullptr); }

 private:
  std::string_view text(const char *(*get)(const colead_error *, std::size_t *)) const noexcept {
    std::size_t size = 0;
    const char *data = get(handle_.get(), &size);
    return {data, size};
  }

  colead_status status_;
  detail::Handle<colead_error, colead_error_free> handle_;
};

/// Nothing, as the value of a call that only succeeds or fails.
struct Done {};

/// The value of a call, or the error that refused it.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  /// The error, or null when there is a value.
  const Error *error() const noexcept { return std::get_if<1>(&state_); }
  /// The value, or null when there is an error.
  T *get() noexcept { return std::get_if<0>(&state_); }
  const T *get() const noexcept { return std::get_if<0>(&state_); }

  /// Moves the value out, or throws the error.
  T value() && {
    if (const Error *e = error()) {
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
      throw *e;
#else
      (void)e;
      std::abort();
#endif
    }
    return std::move(*std::get_if<0>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

namespace detail {

/// Calls a C function whose last argument is `colead_error **`, and makes `make()` the value of a success.
template <typename Call, typename Make>
auto call(Call &&c_call, Make &&make) -> Result<decltype(make())> {
  colead_error *err = nullptr;
  const colead_status status = c_call(&err);
  if (status != COLEAD_OK) {
    return Error(status, err);
  }
  return make();
}

/// The same for a call that gives nothing.
template <typename Call>
Result<Done> call(Call &&c_call) {
  return call(std::forward<Call>(c_call), [] { return Done{}; });
}

/// The same for a call that puts a new C object at its last argument but one, of which a `T` is made.
template <typename T, typename Raw, typename Call>
Result<T> create(Call &&c_call) {
  Raw *out = nullptr;
  return call([&](colead_error **err) { return c_call(&out, err); }, [&] { return T(out); });
}

/// The same for a call that writes a text.
template <typename Call>
Result<String> write(Call &&c_call) {
  return create<String, colead_string>(std::forward<Call>(c_call));
}

/// The same for a call that writes a text about one object and takes nothing else.
template <typename T>
Result<String> text_of(const T *object, colead_status (*how)(const T *, colead_string **, colead_error **)) {
  return write([&](colead_string **out, colead_error **err) { return how(object, out, err); });
}

}  // namespace detail

/// An Arrow stream that is released at the end of its life, unless it was consumed before.
class ArrowStream {
 public:
  ArrowStream() noexcept = default;
  /// Takes the stream out of `raw`, which is marked as released.
  explicit ArrowStream(ArrowArrayStream &raw) noexcept : raw_(raw) { raw.release = nullptr; }
  ArrowStream(ArrowStream &&other) noexcept : ArrowStream(other.raw_) {}
  ArrowStream &operator=(ArrowStream &&other) noexcept {
    if (this != &other) {
      release();
      raw_ = other.raw_;
      other.raw_.release = nullptr;
    }
    return *this;
  }
  ArrowStream(const ArrowStream &) = delete;
  ArrowStream &operator=(const ArrowStream &) = delete;
  ~ArrowStream() { release(); }

  /// For a C function that consumes the stream, or fills an empty one.
  ArrowArrayStream *get() noexcept { return &raw_; }
  /// Whether there is something left to read or release.
  explicit operator bool() const noexcept { return raw_.release != nullptr; }
  /// Releases the stream now.
  void release() noexcept {
    if (raw_.release != nullptr) {
      raw_.release(&raw_);
    }
  }

 private:
  ArrowArrayStream raw_{};
};

}  // namespace colead

#endif  // COLEAD_BASE_HPP
