// Everything in colead.hpp, throwing and not.
#include "../c/check.h"
#include "colead.hpp"

#include <string>
#include <type_traits>

static_assert(!std::is_copy_constructible_v<colead::Evidence> && std::is_nothrow_move_constructible_v<colead::Evidence>);
static_assert(!std::is_copy_constructible_v<colead::String> && std::is_nothrow_move_constructible_v<colead::String>);
static_assert(!std::is_copy_constructible_v<colead::ArrowStream>);
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
  evidence.add_stream("facts", stream("l", released));
  CHECK(released == 1 && evidence.count_rows("facts") == 6);
  auto refused = evidence.try_add_stream("ties", stream("tDs", released));
  CHECK(!refused && released == 2 && refused.error()->code() == "unsupported_type");
  CHECK(refused.error()->path() == "ties, column score");
  CHECK(!evidence.try_add_file("members.json", "{}"));
  CHECK(evidence.try_count_rows("ties").error()->code() == "unknown_table");
  CHECK(!evidence.try_export_stream("ties"));

  colead::ArrowStream out = evidence.export_stream("facts");
  colead::Evidence second = std::move(evidence);
  CHECK(out && second.count_rows("facts") == 6);
  colead::Evidence third;
  third.add_stream("facts", std::move(out));
  CHECK(!out && third.count_rows("facts") == 6);
  evidence = std::move(third);
  CHECK(evidence.count_rows("facts") == 6);
  auto used = evidence.try_add_stream("ties", std::move(out));
  CHECK(used.error()->status() == COLEAD_ERROR_ARGUMENT && used.error()->code() == "released_stream");

  {
    colead::ArrowStream unread = stream("l", released);
    colead::ArrowStream moved = std::move(unread);
    CHECK(!unread && moved && released == 2);
    moved = stream("l", released);
    CHECK(released == 3);
  }
  CHECK(released == 4);
}

int main() {
  test_values();
  test_results();
#if defined(__cpp_exceptions)
  test_exceptions();
#endif
  test_evidence();
  std::puts("c++: ok");
  return 0;
}
