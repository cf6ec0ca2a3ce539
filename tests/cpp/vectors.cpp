// The conformance vectors of tests/vectors, run through C++: `vectors FOLDER`. Their README says what they are.
#include "../c/check.h"
#include "colead.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>
#include <string>

namespace fs = std::filesystem;
using Text = std::optional<std::string>;

static Text read(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

struct Vector {
  fs::path folder;
  std::string name;

  Text find(const char *part) const { return read(folder / (name + "." + part)); }
  std::string text(const char *part) const { return find(part).value(); }
  std::string or_empty(const char *part) const { return find(part).value_or(""); }
  double confidence() const {
    Text text = find("confidence");
    return text ? std::stod(*text) : 0;
  }
};

static std::string line(std::string_view text) { return std::string(text) + "\n"; }

static std::string classify(const Vector &v) {
  colead::Framework framework = colead::Framework::builtin();
  return line(framework.classify_challenge(v.text("facts.json"), v.or_empty("components.json"), v.confidence()).json());
}

static colead::Framework framework_of(const Vector &v) {
  Text rulebook = v.find("rulebook.toml");
  return rulebook ? colead::Framework::from_text(*rulebook) : colead::Framework::builtin();
}

static std::string judge(const Vector &v) {
  colead::Framework framework = framework_of(v);
  std::string question = v.text("question");
  question.erase(question.find_last_not_of('\n') + 1);
  return line(framework.judge(question, v.text("measures.json"), v.confidence()).json());
}

static std::string check(const Vector &v) { return line(colead::check_rulebook(v.text("rulebook.toml"))); }

static std::string lint(const Vector &v) {
  colead::Framework framework = framework_of(v);
  std::string known = v.or_empty("diagnosis.json");
  return line(colead::lint_plan(framework, v.text("plan.json"), known, v.confidence())) +
         line(colead::suggest_levers(framework, known, v.confidence()));
}

static std::string compare(const Vector &v) {
  return line(colead::compare_frameworks(colead::Framework::builtin(), framework_of(v), v.text("cases.json")));
}

static colead::Tally count(const colead::Instrument &instrument, const std::string &csv, std::string *loss) {
  ArrowArrayStream raw;
  make_csv_stream(&raw, csv.data(), csv.size(), nullptr);
  colead::Tally tally(instrument);
  colead::String report = tally.add_stream(colead::ArrowStream(raw));
  if (loss != nullptr) {
    *loss = line(report);
  }
  return tally;
}

static std::string tally(const Vector &v) {
  colead::Instrument instrument = colead::Instrument::from_text(v.text("instrument.toml"));
  std::string out;
  colead::Tally tally = count(instrument, v.text("responses.csv"), &out);
  if (Text more = v.find("more.csv")) {
    tally.merge(count(instrument, *more, nullptr));
  }
  if (Text less = v.find("less.csv")) {
    tally.subtract(count(instrument, *less, nullptr));
  }
  out += line(tally.digest());
  for (const char *what :
       {"scores", "items", "differences", "favorability", "reliability", "agreement", "aggregation"}) {
    out += line(tally.measure_json(what));
  }
  return out;
}

static colead::ArrowStream stream(const std::string &csv) {
  ArrowArrayStream raw;
  make_csv_stream(&raw, csv.data(), csv.size(), nullptr);
  return colead::ArrowStream(raw);
}

static std::string network(const Vector &v) {
  colead::ArrowStream ties = stream(v.text("ties.csv"));
  if (Text groups = v.find("groups.csv")) {
    std::string direction = v.text("direction");
    direction.erase(direction.find_last_not_of('\n') + 1);
    return line(colead::measure_group_ties(std::move(ties), stream(*groups), direction));
  }
  Text nodes = v.find("nodes.csv");
  std::string options = v.text("options.json");
  colead::Network network = nodes ? colead::Network(std::move(ties), stream(*nodes), options)
                                  : colead::Network(std::move(ties), options);
  std::string out = line(network.summary());
  std::string requests = v.text("requests");
  for (std::size_t from = 0, end; (end = requests.find('\n', from)) != std::string::npos; from = end + 1) {
    out += line(network.measure_json(requests.substr(from, end - from)));
  }
  return out;
}

template <class Read>
static std::string each_line(const std::string &requests, Read read) {
  std::string out;
  for (std::size_t from = 0, end; (end = requests.find('\n', from)) != std::string::npos; from = end + 1) {
    out += line(read(requests.substr(from, end - from)));
  }
  return out;
}

static std::string statistics(const Vector &v) {
  if (Text plans = v.find("plans")) {
    return each_line(*plans, [](const std::string &request) { return colead::plan(request); });
  }
  if (Text definitions = v.find("definitions.csv")) {
    colead::Instrument made = colead::instrument_from_definitions(stream(*definitions), v.text("settings.json"));
    return line(colead::map_instrument(made, v.text("columns.json")));
  }
  if (Text ratings = v.find("ratings.csv")) {
    return each_line(v.text("requests"), [&](const std::string &request) {
      return colead::measure_ratings(stream(*ratings), request);
    });
  }
  colead::Instrument instrument = colead::Instrument::from_text(v.text("instrument.toml"));
  colead::Tally tally = count(instrument, v.text("responses.csv"), nullptr);
  std::string out = each_line(v.or_empty("tally_requests"),
                              [&](const std::string &request) { return tally.measure_json(request); });
  colead::Responses responses(instrument, stream(v.text("responses.csv")));
  return out + each_line(v.or_empty("requests"),
                         [&](const std::string &request) { return responses.measure_json(request); });
}

static std::string coherence(const Vector &v) {
  colead::Evidence evidence;
  for (const char *table : {"organization", "rankings", "declared", "decisions", "decision_effects"}) {
    if (Text csv = v.find((std::string(table) + ".csv").c_str())) {
      evidence.add_stream(table, stream(*csv));
    }
  }
  return each_line(v.text("requests"), [&](const std::string &request) {
    return colead::measure_facets_json(evidence, request);
  });
}

static std::string assess(const Vector &v) {
  colead::Evidence evidence;
  for (const fs::directory_entry &entry : fs::directory_iterator(v.folder / v.name)) {
    evidence.add_file(entry.path().filename().string(), read(entry.path()).value());
  }
  colead::Released released = evidence.assess().release(v.or_empty("policy.json"), v.or_empty("ledger.json"));
  return line(released.release.json()) + line(released.ledger) + std::string(released.release.text().view());
}

static std::string audit(const Vector &v) { return line(colead::audit(v.text("audit.json"))); }

static int run(const fs::path &root, const char *kind, std::string (*call)(const Vector &)) {
  int wrong = 0;
  std::set<std::string> names;
  for (const fs::directory_entry &entry : fs::directory_iterator(root / kind)) {
    if (entry.path().extension() == ".expected") {
      names.insert(entry.path().stem().string());
    }
  }
  CHECK(!names.empty());
  for (const std::string &name : names) {
    Vector v{root / kind, name};
    std::string got;
    try {
      got = call(v);
    } catch (const colead::Error &error) {
      got = line(error.json());
    }
    if (got != v.text("expected")) {
      std::cerr << kind << "/" << name << " gives\n" << got << "instead of\n" << v.text("expected");
      wrong++;
    }
  }
  return wrong;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  fs::path root = argv[1];
  int wrong = run(root, "classify", classify) + run(root, "judge", judge) + run(root, "check", check) +
              run(root, "lint", lint) + run(root, "compare", compare) +
              run(root, "tally", tally) + run(root, "network", network) + run(root, "coherence", coherence) +
              run(root, "statistics", statistics) + run(root, "audit", audit) + run(root, "assess", assess);
  CHECK(wrong == 0);
  std::puts("c++ vectors: ok");
  return 0;
}
