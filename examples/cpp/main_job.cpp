// The main job in C++: reads the files of a folder, assesses them, and prints what may leave. With a second argument, a
// file of facts about one challenge as JSON, it also says what kind of challenge that is, and why.
//
//   c++ -std=c++17 examples/cpp/main_job.cpp -Iinclude -lcolead_ffi -o main_job
//   ./main_job examples/harbour examples/challenge.json
#include "colead.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

static std::string read_file(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

static void report(const char *folder) {
  colead::Evidence evidence;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      evidence.add_file(entry.path().filename().string(), read_file(entry.path()));
    }
  }
  colead::Released released = evidence.assess().release();
  std::cout << released.release.text().view();
}

static void classify(const char *path) {
  colead::Judgment judgment = colead::Framework::builtin().classify_challenge(read_file(path));
  std::cout << "\n" << judgment.explain().view();
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: " << argv[0] << " FOLDER [FACTS.json]\n";
    return 2;
  }
  try {
    report(argv[1]);
    if (argc == 3) {
      classify(argv[2]);
    }
  } catch (const colead::Error &e) {
    std::cerr << e.message() << (e.path().empty() ? "" : " (at ") << e.path() << (e.path().empty() ? "" : ")")
              << (e.help().empty() ? "" : "; ") << e.help() << "\n";
    return 1;
  } catch (const std::exception &e) {
    std::cerr << e.what() << "\n";
    return 1;
  }
  return 0;
}
