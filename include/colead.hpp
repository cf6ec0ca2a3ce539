// colead.hpp: colead for C++17, header only, over the C interface in colead.h.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// - Objects own what they hold and move; a moved-from object may only be destroyed or assigned. Those that never
//   change (Framework, Judgment, Instrument, Assessment, Release) copy as well: copies share one object.
// - Documents (measures, facts, policies ...) go in as JSON text; an empty text is none, where one may be left out.
//   A confidence of 0 is the framework's own.
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
#include <optional>
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

/// What a question came to: an answer, or a typed reason why there is none.
class Judgment {
 public:
  explicit Judgment(colead_judgment *raw) noexcept : handle_(raw) {}

  /// `answer`, `insufficient`, `conflict` or `none_hold`.
  std::string_view status() const noexcept { return colead_judgment_get_status(handle_.get()); }
  /// The option or level that answers, or empty; it lives as long as this object.
  std::string_view answer() const noexcept {
    std::size_t size = 0;
    const char *data = colead_judgment_get_answer(handle_.get(), &size);
    return {data, size};
  }

  /// The answer as canonical JSON.
  Result<String> try_answer_json() const { return detail::text_of(handle_.get(), colead_judgment_write_answer_json); }
  String answer_json() const { return try_answer_json().value(); }
  /// The judgment as canonical JSON.
  Result<String> try_json() const { return detail::text_of(handle_.get(), colead_judgment_write_json); }
  String json() const { return try_json().value(); }
  /// The whole explanation as text.
  Result<String> try_explain() const { return detail::text_of(handle_.get(), colead_judgment_explain); }
  String explain() const { return try_explain().value(); }
  /// The explanation as text of one of the forms `one_line`, `short` and `full`.
  Result<String> try_explain_as(std::string_view form) const {
    return detail::write([&](colead_string **out, colead_error **err) {
      return colead_judgment_explain_as(handle_.get(), form.data(), form.size(), out, err);
    });
  }
  String explain_as(std::string_view form) const { return try_explain_as(form).value(); }
  /// The explanation as canonical JSON.
  Result<String> try_explanation_json() const {
    return detail::text_of(handle_.get(), colead_judgment_write_explanation_json);
  }
  String explanation_json() const { return try_explanation_json().value(); }
  /// The smallest changes that would change the conclusion, as canonical JSON; `freeze` is a JSON list of measures
  /// that stay as they are, or empty.
  Result<String> try_counterfactuals_json(std::string_view freeze = {}) const {
    return detail::write([&](colead_string **out, colead_error **err) {
      return colead_judgment_write_counterfactuals_json(handle_.get(), freeze.data(), freeze.size(), out, err);
    });
  }
  String counterfactuals_json(std::string_view freeze = {}) const { return try_counterfactuals_json(freeze).value(); }
  /// The smallest evidence that would settle what is open, as canonical JSON; `size` is the number of people there
  /// are, or 0.
  Result<String> try_evidence_json(std::uint64_t size = 0) const {
    return detail::write([&](colead_string **out, colead_error **err) {
      return colead_judgment_write_evidence_json(handle_.get(), size, out, err);
    });
  }
  String evidence_json(std::uint64_t size = 0) const { return try_evidence_json(size).value(); }
  /// Where thresholds and the confidence would change the conclusion, as canonical JSON.
  Result<String> try_robustness_json() const {
    return detail::text_of(handle_.get(), colead_judgment_write_robustness_json);
  }
  String robustness_json() const { return try_robustness_json().value(); }
  /// What to ask next, as canonical JSON.
  Result<String> try_next_questions_json() const {
    return detail::text_of(handle_.get(), colead_judgment_write_next_questions_json);
  }
  String next_questions_json() const { return try_next_questions_json().value(); }

 private:
  detail::Shared<colead_judgment, colead_judgment_clone, colead_judgment_free> handle_;
};

/// A rulebook with its catalogue of concepts and questions.
class Framework {
 public:
  explicit Framework(colead_framework *raw) noexcept : handle_(raw) {}

  /// The framework that ships with the library; read it once, and copy it.
  static Result<Framework> try_builtin() {
    return detail::create<Framework, colead_framework>(colead_framework_create_builtin);
  }
  static Framework builtin() { return try_builtin().value(); }
  /// A framework from the text of a rulebook, TOML or JSON.
  static Result<Framework> try_from_text(std::string_view text) {
    return detail::create<Framework, colead_framework>([&](colead_framework **out, colead_error **err) {
      return colead_framework_create_from_text(text.data(), text.size(), out, err);
    });
  }
  static Framework from_text(std::string_view text) { return try_from_text(text).value(); }

  std::string_view id() const noexcept { return text(colead_framework_get_id); }
  std::string_view version() const noexcept { return text(colead_framework_get_version); }
  /// The SHA-256 of everything it says.
  std::string_view sha256() const noexcept { return text(colead_framework_get_sha256); }
  /// The SHA-256 of what decides, prose left out.
  std::string_view logic_sha256() const noexcept { return text(colead_framework_get_logic_sha256); }
  /// The confidence at which its rules hold unless a call says otherwise.
  double confidence() const noexcept { return colead_framework_get_confidence(handle_.get()); }

  /// What it is made of as canonical JSON: concepts, questions, rules, measures and more.
  Result<String> try_json() const { return detail::text_of(handle_.get(), colead_framework_write_json); }
  String json() const { return try_json().value(); }

  /// This version beside a newer one as canonical JSON: what changed, and which verdicts turn over cases, or over
  /// the tests that the rules of both carry when there are none.
  Result<String> try_diff(const Framework &newer, std::string_view cases = {}) const {
    return detail::write([&](colead_string **out, colead_error **err) {
      return colead_framework_write_diff(handle_.get(), newer.handle_.get(), cases.data(), cases.size(), out, err);
    });
  }
  String diff(const Framework &newer, std::string_view cases = {}) const { return try_diff(newer, cases).value(); }

  /// The small changes of its rules that no test of a rule notices, as canonical JSON.
  Result<String> try_mutants() const { return detail::text_of(handle_.get(), colead_framework_write_mutants_json); }
  String mutants() const { return try_mutants().value(); }

  /// Judges a question for one subject; `measures` is a JSON object from measure to value.
  Result<Judgment> try_judge(std::string_view question, std::string_view measures, double confidence = 0) const {
    return detail::create<Judgment, colead_judgment>([&](colead_judgment **out, colead_error **err) {
      return colead_framework_judge(handle_.get(), question.data(), question.size(), measures.data(), measures.size(),
                                    confidence, out, err);
    });
  }
  Judgment judge(std::string_view question, std::string_view measures, double confidence = 0) const {
    return try_judge(question, measures, confidence).value();
  }

  /// Judges what kind of challenge is faced; `facts` and `components` are JSON.
  Result<Judgment> try_classify_challenge(std::string_view facts, std::string_view components = {},
                                          double confidence = 0) const {
    return detail::create<Judgment, colead_judgment>([&](colead_judgment **out, colead_error **err) {
      return colead_challenge_classify(handle_.get(), facts.data(), facts.size(), components.data(), components.size(),
                                       confidence, out, err);
    });
  }
  Judgment classify_challenge(std::string_view facts, std::string_view components = {}, double confidence = 0) const {
    return try_classify_challenge(facts, components, confidence).value();
  }

  /// Judges questions (a JSON list of ids, or all) for every row of a table, which is consumed, also on error.
  Result<ArrowStream> try_judge_stream(ArrowStream table, std::string_view questions = {},
                                       double confidence = 0) const {
    ArrowStream out;
    return detail::call(
        [&](colead_error **err) {
          return colead_framework_judge_stream(handle_.get(), table.get(), questions.data(), questions.size(),
                                               confidence, out.get(), err);
        },
        [&] { return std::move(out); });
  }
  ArrowStream judge_stream(ArrowStream table, std::string_view questions = {}, double confidence = 0) const {
    return try_judge_stream(std::move(table), questions, confidence).value();
  }

  const colead_framework *get() const noexcept { return handle_.get(); }

 private:
  std::string_view text(const char *(*how)(const colead_framework *, std::size_t *)) const noexcept {
    std::size_t size = 0;
    const char *data = how(handle_.get(), &size);
    return {data, size};
  }

  detail::Shared<colead_framework, colead_framework_clone, colead_framework_free> handle_;
};

/// Everything that is wrong with a rulebook, as a canonical JSON list of diagnostics.
inline Result<String> try_check_rulebook(std::string_view text) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_rulebook_check(text.data(), text.size(), out, err);
  });
}
inline String check_rulebook(std::string_view text) { return try_check_rulebook(text).value(); }

/// A questionnaire.
class Instrument {
 public:
  explicit Instrument(colead_instrument *raw) noexcept : handle_(raw) {}

  /// An instrument that ships with the library, such as `collective-leadership`.
  static Result<Instrument> try_builtin(std::string_view id) {
    return detail::create<Instrument, colead_instrument>([&](colead_instrument **out, colead_error **err) {
      return colead_instrument_create_builtin(id.data(), id.size(), out, err);
    });
  }
  static Instrument builtin(std::string_view id) { return try_builtin(id).value(); }
  /// An instrument from text, TOML or JSON.
  static Result<Instrument> try_from_text(std::string_view text) {
    return detail::create<Instrument, colead_instrument>([&](colead_instrument **out, colead_error **err) {
      return colead_instrument_create_from_text(text.data(), text.size(), out, err);
    });
  }
  static Instrument from_text(std::string_view text) { return try_from_text(text).value(); }

  /// The whole instrument as canonical JSON, which `from_text` reads back.
  Result<String> try_json() const { return detail::text_of(handle_.get(), colead_instrument_write_json); }
  String json() const { return try_json().value(); }

  const colead_instrument *get() const noexcept { return handle_.get(); }

 private:
  detail::Shared<colead_instrument, colead_instrument_clone, colead_instrument_free> handle_;
};

/// How a table of answers is read.
struct AnswerOptions {
  /// The column of units; `unit` when empty.
  std::string_view unit = {};
  /// The column of waves; when empty, `wave` where there is one.
  std::string_view wave = {};
  /// Whether columns that are neither items nor known are refused.
  bool strict = false;
  /// The column of weights, for a tally of weights; none when empty.
  std::string_view weight = {};
  /// How many decimals of a weight count: those of the tally.
  std::uint32_t decimals = 0;
};

/// Exact state of answers to an instrument.
class Tally {
 public:
  explicit Tally(colead_tally *raw) noexcept : handle_(raw) {}

  /// An empty tally.
  static Result<Tally> try_create(const Instrument &instrument) {
    return detail::create<Tally, colead_tally>(
        [&](colead_tally **out, colead_error **err) { return colead_tally_create(instrument.get(), out, err); });
  }
  explicit Tally(const Instrument &instrument) : Tally(try_create(instrument).value()) {}
  /// An empty tally that counts people by weights of so many decimals.
  static Result<Tally> try_weighted(const Instrument &instrument, std::uint32_t decimals) {
    return detail::create<Tally, colead_tally>([&](colead_tally **out, colead_error **err) {
      return colead_tally_create_weighted(instrument.get(), decimals, out, err);
    });
  }
  static Tally weighted(const Instrument &instrument, std::uint32_t decimals) {
    return try_weighted(instrument, decimals).value();
  }
  /// A tally from what `bytes` gave; without an instrument no more answers can be added.
  static Result<Tally> try_from_bytes(std::string_view bytes, const Instrument *instrument = nullptr) {
    return detail::create<Tally, colead_tally>([&](colead_tally **out, colead_error **err) {
      return colead_tally_create_from_bytes(reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size(),
                                            instrument == nullptr ? nullptr : instrument->get(), out, err);
    });
  }
  static Tally from_bytes(std::string_view bytes, const Instrument *instrument = nullptr) {
    return try_from_bytes(bytes, instrument).value();
  }
  Tally(Tally &&) noexcept = default;
  Tally &operator=(Tally &&) noexcept = default;

  /// A copy that can be changed by itself.
  Result<Tally> try_clone() const {
    return detail::create<Tally, colead_tally>(
        [&](colead_tally **out, colead_error **err) { return colead_tally_clone(handle_.get(), out, err); });
  }
  Tally clone() const { return try_clone().value(); }

  /// Counts answers, which are consumed, also on error; gives what was left out, as JSON.
  Result<String> try_add_stream(ArrowStream answers, const AnswerOptions &options = {}) {
    const colead_answer_options raw{sizeof(colead_answer_options), options.unit.data(),   options.unit.size(),
                                    options.wave.data(),           options.wave.size(),   options.strict ? 1 : 0,
                                    options.decimals,              options.weight.data(), options.weight.size()};
    return detail::write([&](colead_string **loss, colead_error **err) {
      return colead_tally_add_stream(handle_.get(), answers.get(), &raw, loss, err);
    });
  }
  String add_stream(ArrowStream answers, const AnswerOptions &options = {}) {
    return try_add_stream(std::move(answers), options).value();
  }

  /// Adds another tally of the same instrument.
  Result<Done> try_merge(const Tally &other) {
    return detail::call(
        [&](colead_error **err) { return colead_tally_merge(handle_.get(), other.handle_.get(), err); });
  }
  void merge(const Tally &other) { try_merge(other).value(); }
  /// Takes another tally out.
  Result<Done> try_subtract(const Tally &other) {
    return detail::call(
        [&](colead_error **err) { return colead_tally_subtract(handle_.get(), other.handle_.get(), err); });
  }
  void subtract(const Tally &other) { try_subtract(other).value(); }

  /// The canonical bytes.
  Result<Bytes> try_bytes() const {
    return detail::create<Bytes, colead_bytes>(
        [&](colead_bytes **out, colead_error **err) { return colead_tally_write_bytes(handle_.get(), out, err); });
  }
  Bytes bytes() const { return try_bytes().value(); }
  /// The SHA-256 of the canonical bytes.
  Result<String> try_digest() const { return detail::text_of<colead_tally>(handle_.get(), colead_tally_write_digest); }
  String digest() const { return try_digest().value(); }

  /// Measures it (`scores`, `items`, `reliability` ...) as a table in the long form.
  Result<ArrowStream> try_measure_stream(std::string_view what) const {
    ArrowStream out;
    return detail::call(
        [&](colead_error **err) {
          return colead_tally_measure_stream(handle_.get(), what.data(), what.size(), out.get(), err);
        },
        [&] { return std::move(out); });
  }
  ArrowStream measure_stream(std::string_view what) const { return try_measure_stream(what).value(); }
  /// The same as a canonical JSON list of rows.
  Result<String> try_measure_json(std::string_view what) const {
    return detail::write([&](colead_string **out, colead_error **err) {
      return colead_tally_measure_json(handle_.get(), what.data(), what.size(), out, err);
    });
  }
  String measure_json(std::string_view what) const { return try_measure_json(what).value(); }

 private:
  detail::Handle<colead_tally, colead_tally_free> handle_;
};

/// Who looks to whom, in one or several relations of the same people: the data owner's side.
class Network {
 public:
  explicit Network(colead_network *raw) noexcept : handle_(raw) {}

  /// A network of ties and nodes, which are consumed, also on error; `options` is JSON with at least `direction`.
  static Result<Network> try_create(ArrowStream ties, ArrowStream nodes, std::string_view options) {
    return try_create(ties, &nodes, options);
  }
  Network(ArrowStream ties, ArrowStream nodes, std::string_view options)
      : Network(try_create(std::move(ties), std::move(nodes), options).value()) {}
  /// A network of the nodes that ties name.
  static Result<Network> try_create(ArrowStream ties, std::string_view options) {
    return try_create(ties, nullptr, options);
  }
  Network(ArrowStream ties, std::string_view options) : Network(try_create(std::move(ties), options).value()) {}

  /// Measures what a JSON request asks for (`{"read": "measures"}` ...) as a table in the long form.
  Result<ArrowStream> try_measure_stream(std::string_view request) const {
    ArrowStream out;
    return detail::call(
        [&](colead_error **err) {
          return colead_network_measure_stream(handle_.get(), request.data(), request.size(), out.get(), err);
        },
        [&] { return std::move(out); });
  }
  ArrowStream measure_stream(std::string_view request) const { return try_measure_stream(request).value(); }
  /// The same as a canonical JSON list of rows.
  Result<String> try_measure_json(std::string_view request) const {
    return detail::write([&](colead_string **out, colead_error **err) {
      return colead_network_measure_json(handle_.get(), request.data(), request.size(), out, err);
    });
  }
  String measure_json(std::string_view request) const { return try_measure_json(request).value(); }
  /// What was read and what was left out, as JSON without any key of a node.
  Result<String> try_summary() const { return detail::text_of(handle_.get(), colead_network_write_summary_json); }
  String summary() const { return try_summary().value(); }

 private:
  static Result<Network> try_create(ArrowStream &ties, ArrowStream *nodes, std::string_view options) {
    return detail::create<Network, colead_network>([&](colead_network **out, colead_error **err) {
      return colead_network_create_from_streams(ties.get(), nodes == nullptr ? nullptr : nodes->get(), options.data(),
                                                options.size(), out, err);
    });
  }

  detail::Shared<colead_network, colead_network_clone, colead_network_free> handle_;
};

/// Measures ties between groups that come without people, as a canonical JSON list of rows; both streams are consumed,
/// also on error. `min_group` is the smallest group of which numbers are given, 5 when 0.
inline Result<String> try_measure_group_ties(ArrowStream ties, ArrowStream groups, std::string_view direction,
                                             std::uint64_t min_group = 0) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_group_ties_measure_json(ties.get(), groups.get(), direction.data(), direction.size(), min_group, out,
                                          err);
  });
}
inline String measure_group_ties(ArrowStream ties, ArrowStream groups, std::string_view direction,
                                 std::uint64_t min_group = 0) {
  return try_measure_group_ties(std::move(ties), std::move(groups), direction, min_group).value();
}

/// What may leave, and its renderers.
class Release {
 public:
  explicit Release(colead_release *raw) noexcept : handle_(raw) {}

  /// The report as text.
  Result<String> try_text() const { return detail::text_of(handle_.get(), colead_release_write_text); }
  String text() const { return try_text().value(); }
  /// One page for a works council.
  Result<String> try_sheet() const { return detail::text_of(handle_.get(), colead_release_write_sheet); }
  String sheet() const { return try_sheet().value(); }
  /// The release as canonical JSON.
  Result<String> try_json() const { return detail::text_of(handle_.get(), colead_release_write_json); }
  String json() const { return try_json().value(); }
  /// Explains the judgment of a unit or challenge on a question.
  Result<String> try_explain(std::string_view subject, std::string_view question) const {
    return detail::write([&](colead_string **out, colead_error **err) {
      return colead_release_explain(handle_.get(), subject.data(), subject.size(), question.data(), question.size(),
                                    out, err);
    });
  }
  String explain(std::string_view subject, std::string_view question) const {
    return try_explain(subject, question).value();
  }

 private:
  detail::Shared<colead_release, colead_release_clone, colead_release_free> handle_;
};

/// A release and the ledger after it.
struct Released {
  Release release;
  /// JSON: pass it on to the next release.
  String ledger;
};

/// Everything that was found: the data owner's side.
class Assessment {
 public:
  explicit Assessment(colead_assessment *raw) noexcept : handle_(raw) {}

  /// Every value known of every unit and challenge, as a canonical JSON list of rows; nothing is suppressed.
  Result<String> try_measures_json() const {
    return detail::text_of(handle_.get(), colead_assessment_write_measures_json);
  }
  String measures_json() const { return try_measures_json().value(); }
  /// The names of the files that were not read, as a canonical JSON list.
  Result<String> try_unread_json() const {
    return detail::text_of(handle_.get(), colead_assessment_write_unread_json);
  }
  String unread_json() const { return try_unread_json().value(); }

  /// Makes what may leave; `policy` and `ledger` are JSON, or empty for the folder's terms and for a first release.
  Result<Released> try_release(std::string_view policy = {}, std::string_view ledger = {}) const {
    colead_release *out = nullptr;
    colead_string *after = nullptr;
    return detail::call(
        [&](colead_error **err) {
          return colead_assessment_release(handle_.get(), policy.data(), policy.size(), ledger.data(), ledger.size(),
                                           &out, &after, err);
        },
        [&] {
          return Released{Release(out), String(after)};
        });
  }
  Released release(std::string_view policy = {}, std::string_view ledger = {}) const {
    return try_release(policy, ledger).value();
  }

 private:
  detail::Shared<colead_assessment, colead_assessment_clone, colead_assessment_free> handle_;
};

/// What an assessment may choose; it wins over the folder's `colead.toml`.
struct AssessOptions {
  const Framework *framework = nullptr;
  const Instrument *instrument = nullptr;
  /// 0 for the folder's or the framework's own.
  double confidence = 0;
  std::optional<std::uint64_t> seed = {};
  /// Columns of `responses` to cut by, as a JSON list of texts; empty for the folder's.
  std::string_view cuts = {};
};

/// What was observed, gathered file by file and table by table.
class Evidence {
 public:
  /// Empty evidence.
  static Result<Evidence> try_create() { return detail::create<Evidence, colead_evidence>(colead_evidence_create); }
  Evidence() : Evidence(try_create().value()) {}
  explicit Evidence(colead_evidence *raw) noexcept : handle_(raw) {}
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

  /// Assesses the evidence, by its `colead.toml` where it has one.
  Result<Assessment> try_assess(const AssessOptions &options = {}) const {
    const colead_assess_options raw{sizeof(colead_assess_options),
                                    options.framework == nullptr ? nullptr : options.framework->get(),
                                    options.instrument == nullptr ? nullptr : options.instrument->get(),
                                    options.confidence,
                                    options.seed ? &*options.seed : nullptr,
                                    options.cuts.empty() ? nullptr : options.cuts.data(),
                                    options.cuts.size()};
    return detail::create<Assessment, colead_assessment>([&](colead_assessment **out, colead_error **err) {
      return colead_evidence_assess(handle_.get(), &raw, out, err);
    });
  }
  Assessment assess(const AssessOptions &options = {}) const { return try_assess(options).value(); }

 private:
  detail::Handle<colead_evidence, colead_evidence_free> handle_;
};

/// A file in memory, as long as its Files live.
struct File {
  std::string_view name;
  std::string_view data;
};

/// Files in memory.
class Files {
 public:
  explicit Files(colead_files *raw) noexcept : handle_(raw) {}

  std::size_t size() const noexcept { return colead_files_count(handle_.get()); }
  /// The file at `index`; empty beyond the last.
  File operator[](std::size_t index) const noexcept {
    colead_file file{};
    colead_files_get(handle_.get(), index, &file, nullptr);
    return {{file.name, file.name_size}, {reinterpret_cast<const char *>(file.data), file.data_size}};
  }

 private:
  detail::Handle<colead_files, colead_files_free> handle_;
};

/// Simulates the example organization with known truth.
inline Result<Files> try_simulate_harbour(std::uint64_t seed) {
  return detail::create<Files, colead_files>(
      [&](colead_files **out, colead_error **err) { return colead_simulate_harbour_create(seed, out, err); });
}
inline Files simulate_harbour(std::uint64_t seed) { return try_simulate_harbour(seed).value(); }

/// Audits tables or ledgers, given as a JSON object; see `colead_audit`.
inline Result<String> try_audit(std::string_view text) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_audit(text.data(), text.size(), out, err);
  });
}
inline String audit(std::string_view text) { return try_audit(text).value(); }

/// Renders JSON in its canonical form (RFC 8785).
inline Result<String> try_canonicalize_json(std::string_view text) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_json_canonicalize(text.data(), text.size(), out, err);
  });
}
inline String canonicalize_json(std::string_view text) { return try_canonicalize_json(text).value(); }

/// The version of the loaded library.
inline std::string_view version() noexcept { return colead_version_get(); }

/// Whether the loaded library fits the header this was compiled with.
inline bool abi_fits() noexcept { return colead_abi_version_get() == COLEAD_ABI_VERSION; }

}  // namespace colead

#include "colead/statistics.hpp"

#endif  // COLEAD_HPP
