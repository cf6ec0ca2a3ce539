// Guided use in C++17: what some data could answer, what to ask next, and interviews filled in over several sittings.
//
// Included from colead.hpp. Documents are JSON, rendered by the library.
#ifndef COLEAD_GUIDED_HPP
#define COLEAD_GUIDED_HPP

#include "assess.hpp"
#include "rules.hpp"

namespace colead {

/// Which questions could be answered with what is at hand, a JSON object with `tables`, `measures`, `instruments`.
inline Result<String> try_preflight(const Framework &framework, std::string_view at_hand) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_framework_write_preflight_json(framework.get(), at_hand.data(), at_hand.size(), out, err);
  });
}
inline String preflight(const Framework &framework, std::string_view at_hand) {
  return try_preflight(framework, at_hand).value();
}

/// Which questions the evidence of an assessment could ever answer.
inline Result<String> try_preflight(const Assessment &assessment) {
  return detail::text_of(assessment.get(), colead_assessment_write_preflight_json);
}
inline String preflight(const Assessment &assessment) { return try_preflight(assessment).value(); }

/// What to ask next over all open judgments, by whom to ask.
inline Result<String> try_agenda(const Assessment &assessment) {
  return detail::text_of(assessment.get(), colead_assessment_write_agenda_json);
}
inline String agenda(const Assessment &assessment) { return try_agenda(assessment).value(); }

/// What informants differ on, and the judgment of each alone.
inline Result<String> try_informants(const Judgment &judgment) {
  return detail::text_of(judgment.get(), colead_judgment_write_informants_json);
}
inline String informants(const Judgment &judgment) { return try_informants(judgment).value(); }

/// An interview form: JSON and text, and what was read of it.
struct Interview {
  String json;
  String text;
  /// What informants or sittings contradict one another on, a JSON list.
  String contradictions;
};

/// An empty form; `request` is a JSON object with `questions`, `known`, `unit` and `challenge`, or empty.
inline Result<Interview> try_interview(const Framework &framework, std::string_view request = {}) {
  colead_string *json = nullptr;
  colead_string *text = nullptr;
  return detail::call(
      [&](colead_error **err) {
        return colead_framework_write_interview_json(framework.get(), request.data(), request.size(), &json, &text,
                                                     err);
      },
      [&] {
        return Interview{String(json), String(text), String(nullptr)};
      });
}
inline Interview interview(const Framework &framework, std::string_view request = {}) {
  return try_interview(framework, request).value();
}

/// A filled-in form added to earlier sittings; each is JSON or text.
inline Result<Interview> try_read_interview(const Framework &framework, std::string_view form,
                                            std::string_view before = {}) {
  colead_string *json = nullptr;
  colead_string *text = nullptr;
  colead_string *contradictions = nullptr;
  return detail::call(
      [&](colead_error **err) {
        return colead_framework_write_interview_read_json(framework.get(), form.data(), form.size(), before.data(),
                                                          before.size(), &json, &text, &contradictions, err);
      },
      [&] {
        return Interview{String(json), String(text), String(contradictions)};
      });
}
inline Interview read_interview(const Framework &framework, std::string_view form, std::string_view before = {}) {
  return try_read_interview(framework, form, before).value();
}

}  // namespace colead

#endif
