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

#include "colead/answers.hpp"
#include "colead/assess.hpp"
#include "colead/base.hpp"
#include "colead/coherence.hpp"
#include "colead/guided.hpp"
#include "colead/network.hpp"
#include "colead/plan.hpp"
#include "colead/rules.hpp"
#include "colead/statistics.hpp"

namespace colead {

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

#endif  // COLEAD_HPP
