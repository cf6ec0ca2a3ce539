// Rulebooks and what they conclude. Included by colead.hpp.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef COLEAD_RULES_HPP
#define COLEAD_RULES_HPP

#include "base.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace colead {

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

  const colead_judgment *get() const noexcept { return handle_.get(); }

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

}  // namespace colead

#endif  // COLEAD_RULES_HPP
