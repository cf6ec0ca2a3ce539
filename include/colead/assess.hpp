// Evidence, assessments, releases and simulated organizations. Included by colead.hpp.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef COLEAD_ASSESS_HPP
#define COLEAD_ASSESS_HPP

#include "answers.hpp"
#include "rules.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace colead {

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

  const colead_assessment *get() const noexcept { return handle_.get(); }

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
  /// Which end of a tie looks to the other, such as `source looks to target`; empty for the folder's.
  std::string_view direction = {};
  /// The day, such as `2024-06-30`, whose organization and memberships hold; empty for the folder's or the latest rows.
  std::string_view as_of = {};
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
                                    options.cuts.size(),
                                    options.direction.empty() ? nullptr : options.direction.data(),
                                    options.direction.size(),
                                    options.as_of.empty() ? nullptr : options.as_of.data(),
                                    options.as_of.size()};
    return detail::create<Assessment, colead_assessment>([&](colead_assessment **out, colead_error **err) {
      return colead_evidence_assess(handle_.get(), &raw, out, err);
    });
  }
  Assessment assess(const AssessOptions &options = {}) const { return try_assess(options).value(); }

  const colead_evidence *get() const noexcept { return handle_.get(); }

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

}  // namespace colead

#endif  // COLEAD_ASSESS_HPP
