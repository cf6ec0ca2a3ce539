// Plans held against a diagnosis, and frameworks side by side. Included by colead.hpp.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef COLEAD_PLAN_HPP
#define COLEAD_PLAN_HPP

#include "base.hpp"
#include "rules.hpp"

#include <string_view>

namespace colead {

/// What a framework warns of in a plan (TOML or JSON), held against a diagnosis (JSON with `measures` and
/// `judgments`, or empty), as canonical JSON.
inline Result<String> try_lint_plan(const Framework &framework, std::string_view plan, std::string_view diagnosis = {},
                                    double confidence = 0) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_framework_write_lint(framework.get(), plan.data(), plan.size(), diagnosis.data(), diagnosis.size(),
                                       confidence, out, err);
  });
}
inline String lint_plan(const Framework &framework, std::string_view plan, std::string_view diagnosis = {},
                        double confidence = 0) {
  return try_lint_plan(framework, plan, diagnosis, confidence).value();
}

/// The levers that a framework offers for a diagnosis, as a canonical JSON list.
inline Result<String> try_suggest_levers(const Framework &framework, std::string_view diagnosis = {},
                                         double confidence = 0) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_framework_write_suggestions(framework.get(), diagnosis.data(), diagnosis.size(), confidence, out,
                                              err);
  });
}
inline String suggest_levers(const Framework &framework, std::string_view diagnosis = {}, double confidence = 0) {
  return try_suggest_levers(framework, diagnosis, confidence).value();
}

/// Two frameworks over one case, as canonical JSON: what each says, why they differ, and what only one asks.
inline Result<String> try_compare_frameworks(const Framework &framework, const Framework &other,
                                             std::string_view cases) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_framework_write_comparison(framework.get(), other.get(), cases.data(), cases.size(), out, err);
  });
}
inline String compare_frameworks(const Framework &framework, const Framework &other, std::string_view cases) {
  return try_compare_frameworks(framework, other, cases).value();
}

/// The files of a new framework, as a canonical JSON object from name to text.
inline Result<String> try_start_framework(std::string_view id) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_starter_write(id.data(), id.size(), out, err);
  });
}
inline String start_framework(std::string_view id) { return try_start_framework(id).value(); }

}  // namespace colead

#endif  // COLEAD_PLAN_HPP
