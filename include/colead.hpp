// colead.hpp: colead for C++17, header only, over the C interface in colead.h.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// - Objects own what they hold, move and do not copy; a moved-from object may only be destroyed or assigned.
// - Text goes in as std::string_view, UTF-8. Text comes out as colead::String, which converts to a
//   string_view that lives as long as it does.
// - Every function that can fail comes twice: `f(...)` throws colead::Error, `try_f(...)` returns a
//   Result, which holds the value or the error. Without exceptions, only `try_f` reports; `f` ends the program.
// - An object may be used on any thread; const member functions by many at once.
#ifndef COLEAD_HPP
#define COLEAD_HPP

#include "colead.h"

#include <cstddef>
#include <cstdint>
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

/// What was observed, gathered file by file and table by table.
class Evidence {
 public:
  /// Empty evidence.
  static Result<Evidence> try_create() {
    colead_evidence *out = nullptr;
    return detail::call([&](colead_error **err) { return colead_evidence_create(&out, err); },
                        [&] { return Evidence(out); });
  }
  Evidence() : Evidence(try_create().value()) {}
  Evidence(Evidence &&) noexcept = default;
  Evidence &operator=(Evidence &&) noexcept = default;

  /// Adds a file, such as `responses.csv`; its bytes are copied.
  Result<Done> try_add_file(std::string_view name, std::string_view data) {
    const colead_file file{name.data(), name.size(), reinterpret_cast<const std::uint8_t *>(data.data()), data.size()};
    return detail::call([&](colead_error **err) { return colead_evidence_add_file(handle_.get(), &file, err); });
  }
  void add_file(std::string_view name, std::string_view data) { try_add_file(name, data).value(); }

  /// Adds the table `name` from an Arrow stream, which is consumed, also on error.
  Result<Done> try_add_stream(std::string_view name, ArrowStream stream) {
    return detail::call([&](colead_error **err) {
      return colead_evidence_add_stream(handle_.get(), name.data(), name.size(), stream.get(), err);
    });
  }
  void add_stream(std::string_view name, ArrowStream stream) { try_add_stream(name, std::move(stream)).value(); }

  /// The number of rows of a table that was added as a stream.
  Result<std::size_t> try_count_rows(std::string_view name) const {
    std::size_t out = 0;
    return detail::call(
        [&](colead_error **err) {
          return colead_evidence_count_rows(handle_.get(), name.data(), name.size(), &out, err);
        },
        [&] { return out; });
  }
  std::size_t count_rows(std::string_view name) const { return try_count_rows(name).value(); }

  /// A table that was added as a stream, as colead understood it.
  Result<ArrowStream> try_export_stream(std::string_view name) const {
    ArrowStream out;
    return detail::call(
        [&](colead_error **err) {
          return colead_evidence_export_stream(handle_.get(), name.data(), name.size(), out.get(), err);
        },
        [&] { return std::move(out); });
  }
  ArrowStream export_stream(std::string_view name) const { return try_export_stream(name).value(); }

 private:
  explicit Evidence(colead_evidence *raw) noexcept : handle_(raw) {}

  detail::Handle<colead_evidence, colead_evidence_free> handle_;
};

/// Renders JSON in its canonical form (RFC 8785).
inline Result<String> try_canonicalize_json(std::string_view text) {
  colead_string *out = nullptr;
  return detail::call(
      [&](colead_error **err) { return colead_json_canonicalize(text.data(), text.size(), &out, err); },
      [&] { return String(out); });
}
inline String canonicalize_json(std::string_view text) { return try_canonicalize_json(text).value(); }

/// The version of the loaded library.
inline std::string_view version() noexcept { return colead_version_get(); }

/// Whether the loaded library fits the header this was compiled with.
inline bool abi_fits() noexcept { return colead_abi_version_get() == COLEAD_ABI_VERSION; }

}  // namespace colead

#endif  // COLEAD_HPP
