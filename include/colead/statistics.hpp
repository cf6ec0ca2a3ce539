// Statistics of respondents, of judges who rank, and plans. Included by colead.hpp.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef COLEAD_STATISTICS_HPP
#define COLEAD_STATISTICS_HPP

#include "answers.hpp"

#include <string_view>
#include <utility>

namespace colead {

/// Answers of respondents, row by row: personal data.
class Responses {
 public:
  explicit Responses(colead_responses *raw) noexcept : handle_(raw) {}

  /// Answers to an instrument, which are consumed, also on error.
  static Result<Responses> try_create(const Instrument &instrument, ArrowStream answers,
                                      const AnswerOptions &options = {}) {
    const colead_answer_options raw{sizeof(colead_answer_options), options.unit.data(),   options.unit.size(),
                                    options.wave.data(),           options.wave.size(),   options.strict ? 1 : 0,
                                    options.decimals,              options.weight.data(), options.weight.size()};
    return detail::create<Responses, colead_responses>([&](colead_responses **out, colead_error **err) {
      return colead_responses_create_from_stream(instrument.get(), answers.get(), &raw, nullptr, out, err);
    });
  }
  Responses(const Instrument &instrument, ArrowStream answers, const AnswerOptions &options = {})
      : Responses(try_create(instrument, std::move(answers), options).value()) {}

  /// Measures what a name or a JSON request asks for (`gate`, `{"read": "changes", ...}`) as a table in the long form.
  Result<ArrowStream> try_measure_stream(std::string_view request) const {
    ArrowStream out;
    return detail::call(
        [&](colead_error **err) {
          return colead_responses_measure_stream(handle_.get(), request.data(), request.size(), out.get(), err);
        },
        [&] { return std::move(out); });
  }
  ArrowStream measure_stream(std::string_view request) const { return try_measure_stream(request).value(); }
  /// The same as a canonical JSON list of rows.
  Result<String> try_measure_json(std::string_view request) const {
    return detail::write([&](colead_string **out, colead_error **err) {
      return colead_responses_measure_json(handle_.get(), request.data(), request.size(), out, err);
    });
  }
  String measure_json(std::string_view request) const { return try_measure_json(request).value(); }

 private:
  detail::Shared<colead_responses, colead_responses_clone, colead_responses_free> handle_;
};

/// Agreement on what comes first, as a canonical JSON list of rows; the table of `judge`, `object` and `value` is consumed.
inline Result<String> try_measure_ratings(ArrowStream ratings, std::string_view request) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_ratings_measure_json(ratings.get(), request.data(), request.size(), out, err);
  });
}
inline String measure_ratings(ArrowStream ratings, std::string_view request) {
  return try_measure_ratings(std::move(ratings), request).value();
}

/// The answer to a question of planning, as a canonical JSON list of one row.
inline Result<String> try_plan(std::string_view request) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_plan_write_json(request.data(), request.size(), out, err);
  });
}
inline String plan(std::string_view request) { return try_plan(request).value(); }

/// An instrument of the table in which an existing survey defines its scales; `settings` is JSON, the table is consumed.
inline Result<Instrument> try_instrument_from_definitions(ArrowStream definitions, std::string_view settings) {
  return detail::create<Instrument, colead_instrument>([&](colead_instrument **out, colead_error **err) {
    return colead_instrument_create_from_definitions(definitions.get(), settings.data(), settings.size(), out, err);
  });
}
inline Instrument instrument_from_definitions(ArrowStream definitions, std::string_view settings) {
  return try_instrument_from_definitions(std::move(definitions), settings).value();
}

/// How an instrument is keyed, as canonical JSON; `columns` may be empty.
inline Result<String> try_map_instrument(const Instrument &instrument, std::string_view columns = {}) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_instrument_write_map_json(instrument.get(), columns.data(), columns.size(), out, err);
  });
}
inline String map_instrument(const Instrument &instrument, std::string_view columns = {}) {
  return try_map_instrument(instrument, columns).value();
}

}  // namespace colead

#endif  // COLEAD_STATISTICS_HPP
