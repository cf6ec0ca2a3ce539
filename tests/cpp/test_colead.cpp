// Everything in colead.hpp, throwing and not.
#include "../c/check.h"
#include "colead.hpp"

#include <string>
#include <type_traits>

static_assert(!std::is_copy_constructible_v<colead::Evidence> && std::is_nothrow_move_constructible_v<colead::Evidence>);
static_assert(!std::is_copy_constructible_v<colead::String> && std::is_nothrow_move_constructible_v<colead::String>);
static_assert(!std::is_copy_constructible_v<colead::ArrowStream> && !std::is_copy_constructible_v<colead::Tally>);
static_assert(std::is_nothrow_copy_constructible_v<colead::Framework>, "what never changes is shared");
static_assert(std::is_nothrow_copy_constructible_v<colead::Release> && std::is_nothrow_move_assignable_v<colead::Judgment>);
static_assert(std::is_nothrow_move_constructible_v<colead::ArrowStream>);
static_assert(std::is_nothrow_copy_constructible_v<colead::Error>, "an exception must be copyable without failing");

static const int64_t SCORES[3] = {1, 2, 3};

static colead::ArrowStream stream(const char *format, int &released) {
  ArrowArrayStream raw;
  make_stream(&raw, format, SCORES, 2, -1, &released);
  return colead::ArrowStream(raw);
}

static void test_values() {
  CHECK(colead::version() == COLEAD_VERSION);
  CHECK(colead::abi_fits());
  const std::string text = "{\"b\": 1.0, \"a\": \"x\\u0000y\"}";
  colead::String json = colead::canonicalize_json(text);
  CHECK(json.view() == "{\"a\":\"x\\u0000y\",\"b\":1}");
  colead::String moved = std::move(json);
  json = colead::canonicalize_json("[ ]");
  CHECK(json.view() == "[]" && moved.view().size() == 22);
  moved = std::move(json);
  CHECK(std::string_view(moved) == "[]");
}

static void test_results() {
  auto fine = colead::try_canonicalize_json("1");
  CHECK(fine && fine.ok() && fine.error() == nullptr && fine.get()->view() == "1");
  auto refused = colead::try_canonicalize_json("nope");
  CHECK(!refused && refused.get() == nullptr);
  CHECK(refused.error()->status() == COLEAD_ERROR_INPUT && refused.error()->code() == "syntax");
  colead::Error copy = *refused.error();
  refused = colead::try_canonicalize_json("2");
  CHECK(copy.code() == "syntax" && copy.path() == "text" && !copy.help().empty());
  CHECK(copy.message() == copy.what());
  CHECK(copy.json().view().find("\"code\":\"syntax\"") != std::string_view::npos);
  colead::Error other = colead::Error(COLEAD_ERROR_OTHER, nullptr);
  CHECK(other.code().empty() && other.json().view().empty());
  other = copy;
  CHECK(other.status() == COLEAD_ERROR_INPUT && other.code() == "syntax");
}

#if defined(__cpp_exceptions)
static void test_exceptions() {
  try {
    colead::canonicalize_json(std::string_view("\"\xff\"", 3));
    CHECK(!"reached");
  } catch (const colead::Error &e) {
    CHECK(e.code() == "invalid_utf8" && e.status() == COLEAD_ERROR_INPUT);
  }
  try {
    colead::canonicalize_json("");
    CHECK(!"reached");
  } catch (const std::exception &e) {
    CHECK(std::string_view(e.what()).size() > 0);
  }
}
#endif

static void test_evidence() {
  int released = 0;
  colead::Evidence evidence;
  evidence.add_file("members.csv", "person,unit\n");
  evidence.add_stream("responses", stream("l", released));
  CHECK(released == 1 && evidence.count_rows("responses") == 6);
  auto refused = evidence.try_add_stream("ties", stream("tDs", released));
  CHECK(!refused && released == 2 && refused.error()->code() == "unsupported_type");
  CHECK(refused.error()->path() == "ties, column score");
  CHECK(!evidence.try_add_file("members.json", "{}"));
  CHECK(evidence.try_count_rows("ties").error()->code() == "unknown_table");
  colead::Evidence second = std::move(evidence);
  CHECK(second.count_rows("responses") == 6);
  colead::ArrowStream out = stream("l", released);
  evidence = colead::Evidence();
  evidence.add_stream("responses", std::move(out));
  CHECK(!out && released == 3);
  auto used = evidence.try_add_stream("ties", std::move(out));
  CHECK(used.error()->status() == COLEAD_ERROR_ARGUMENT && used.error()->code() == "released_stream");

  {
    colead::ArrowStream unread = stream("l", released);
    colead::ArrowStream moved = std::move(unread);
    CHECK(!unread && moved && released == 3);
    moved = stream("l", released);
    CHECK(released == 4);
  }
  CHECK(released == 5);
}

static const std::string_view PULSE =
    R"({"id":"pulse","version":"1","license":"CC0-1.0","options":[1,5],"scales":[{"id":"d","items":["a","-b"]}]})";

static colead::ArrowStream answers(std::string_view csv) {
  ArrowArrayStream raw;
  make_csv_stream(&raw, csv.data(), csv.size(), nullptr);
  return colead::ArrowStream(raw);
}

static void test_frameworks_and_judgments() {
  colead::Framework framework = colead::Framework::builtin();
  colead::Framework copy = framework;
  framework = colead::Framework::from_text("{\"framework\":{\"id\":\"mine\",\"version\":\"1.0.0\",\"confidence\":0.8}}");
  CHECK(framework.id() == "mine" && framework.version() == "1.0.0" && framework.confidence() == 0.8);
  CHECK(copy.id() == "collective-leadership" && copy.sha256().size() == 64 && copy.logic_sha256().size() == 64);
  CHECK(copy.json().view().find("\"questions\":[") != std::string_view::npos);
  auto refused = colead::Framework::try_from_text("nonsense");
  CHECK(refused.error()->status() == COLEAD_ERROR_RULEBOOK);
  CHECK(colead::check_rulebook("nonsense").view().front() == '[');

  colead::Judgment judgment = copy.judge("direction", R"({"direction": [81.5, 2.25, 30]})");
  CHECK(judgment.status() == "answer" && judgment.answer() == "strong" && judgment.answer_json().view() == "\"strong\"");
  colead::Judgment second = judgment;
  judgment = copy.classify_challenge(R"({"definable": false})");
  CHECK(judgment.status() == "insufficient" && judgment.answer().empty() && second.answer() == "strong");
  CHECK(!judgment.explain().view().empty() && judgment.json().view().front() == '{');
  CHECK(judgment.explanation_json().view().find("colead-explanation") != std::string_view::npos);
  CHECK(judgment.explain().view() == judgment.explain_as("full").view());
  CHECK(judgment.counterfactuals_json().view().front() == '[' && judgment.next_questions_json().view().front() == '[');
  CHECK(judgment.evidence_json(100).view().front() == '{' && judgment.robustness_json().view().front() == '{');
  CHECK(copy.try_judge("direction", "{}", 2).error()->code() == "bad_confidence");
  CHECK(copy.try_classify_challenge("{}", "[]").error()->path() == "components");
  colead::ArrowStream table = copy.judge_stream(answers("unit,direction\nx,80\ny,\n"), R"(["direction"])");
  CHECK(table);
  CHECK(copy.try_judge_stream(answers("unit,direktion\nx,80\n")).error()->code() == "unknown_measure");
}

static void test_tallies() {
  colead::Instrument instrument = colead::Instrument::from_text(PULSE);
  colead::Instrument builtin = colead::Instrument::builtin("collective-leadership");
  CHECK(colead::Instrument::from_text(builtin.json()).json().view() == builtin.json().view());
  builtin = instrument;
  colead::Tally tally(builtin);
  colead::String loss = tally.add_stream(answers("team,a,b,c\nx,5,1,\nx,4,,7\n"), {"team"});
  CHECK(loss.view() == R"({"dont_know":0,"ignored_columns":["c"],"missing_answers":1,"rows":2})");
  CHECK(tally.try_add_stream(answers("unit,a,b,c\nx,5,1,\n"), {"unit", {}, true}).error()->code() == "unknown_item");
  std::string before(tally.digest().view());
  colead::Tally other = tally.clone();
  other.add_stream(answers("unit,a,b\ny,5,1\n"));
  CHECK(other.digest().view() != before);
  colead::Tally whole = other.clone();
  whole.merge(tally);
  whole.subtract(other);
  CHECK(whole.digest().view() == before);
  CHECK(whole.try_subtract(other).error()->code() == "impossible_subtraction");
  CHECK(whole.try_merge(whole).error()->code() == "same_object");
  colead::Tally back = colead::Tally::from_bytes(tally.bytes(), &instrument);
  CHECK(back.digest().view() == before && back.bytes().view() == tally.bytes().view());
  CHECK(colead::Tally::try_from_bytes(tally.bytes().view().substr(0, 70)).error()->code() == "truncated");
  CHECK(back.measure_stream("scores") && back.measure_json("items").view().front() == '[');
  CHECK(back.try_measure_json("score").error()->help() == "did you mean `scores`");
}

static void test_assessments() {
  colead::Files files = colead::simulate_harbour(1);
  CHECK(files.size() > 5 && files[files.size()].name.empty());
  colead::Evidence evidence;
  for (std::size_t i = 0; i < files.size(); i++) {
    evidence.add_file(files[i].name, files[i].data);
  }
  colead::AssessOptions options;
  colead::Framework framework = colead::Framework::builtin();
  options.framework = &framework;
  options.confidence = 0.8;
  options.seed = 7;
  colead::Assessment assessment = evidence.assess(options);
  colead::Released released = assessment.release(R"({"min_group": 7})");
  CHECK(released.release.json().view().find("\"confidence\":0.8,") != std::string_view::npos);
  CHECK(released.release.json().view().find("\"seed\":7") != std::string_view::npos);
  CHECK(released.ledger.view().find("\"version\":1,") != std::string_view::npos);
  CHECK(released.release.sheet().view().find("Never shown") != std::string_view::npos);
  CHECK(!colead::try_audit("{}"));
  colead::Released again = assessment.release({}, released.ledger);
  CHECK(again.ledger.view().find("\"version\":2,") != std::string_view::npos);
  colead::Release copy = again.release;
  CHECK(copy.text().view() == again.release.text().view() && !copy.text().view().empty());
  CHECK(copy.try_explain("nowhere", "direction").error()->code() == "unknown_subject");
  CHECK(!copy.explain("harbour", "direction").view().empty());
  CHECK(assessment.try_release(R"({"purpose": "pay"})").error()->status() == COLEAD_ERROR_DISCLOSURE);
  CHECK(assessment.measures_json().view().front() == '[' && assessment.unread_json().view() == "[\"truth.json\"]");
  options.seed = std::uint64_t(1) << 53;
  CHECK(evidence.try_assess(options).error()->code() == "bad_seed");
}

int main() {
  test_values();
  test_results();
#if defined(__cpp_exceptions)
  test_exceptions();
#endif
  test_evidence();
  test_frameworks_and_judgments();
  test_tallies();
  test_assessments();
  std::puts("c++: ok");
  return 0;
}
