// Coherence and concordance. Included by colead.hpp.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef COLEAD_COHERENCE_HPP
#define COLEAD_COHERENCE_HPP

#include "assess.hpp"
#include "base.hpp"

#include <string_view>
#include <utility>

namespace colead {

/// Measures evidence as a JSON request asks (`{"read": "coherence"}`, `{"read": "concordance", "by": "layer"}`), as a
/// table in the long form: the data owner's side.
inline Result<ArrowStream> try_measure_facets_stream(const Evidence &evidence, std::string_view request) {
  ArrowStream out;
  return detail::call(
      [&](colead_error **err) {
        return colead_facets_measure_stream(evidence.get(), request.data(), request.size(), out.get(), err);
      },
      [&] { return std::move(out); });
}
inline ArrowStream measure_facets_stream(const Evidence &evidence, std::string_view request) {
  return try_measure_facets_stream(evidence, request).value();
}
/// The same as a canonical JSON list of rows.
inline Result<String> try_measure_facets_json(const Evidence &evidence, std::string_view request) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_facets_measure_json(evidence.get(), request.data(), request.size(), out, err);
  });
}
inline String measure_facets_json(const Evidence &evidence, std::string_view request) {
  return try_measure_facets_json(evidence, request).value();
}

}  // namespace colead

#endif
