// Questionnaires and exact tallies of answers. Included by colead.hpp.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef COLEAD_ANSWERS_HPP
#define COLEAD_ANSWERS_HPP

#include "base.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace colead {

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

}  // namespace colead

#endif  // COLEAD_ANSWERS_HPP
