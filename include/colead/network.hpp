// Who looks to whom. Included by colead.hpp.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef COLEAD_NETWORK_HPP
#define COLEAD_NETWORK_HPP

#include "base.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace colead {

/// Who looks to whom, in one or several relations of the same people: the data owner's side.
class Network {
 public:
  explicit Network(colead_network *raw) noexcept : handle_(raw) {}

  /// A network of ties and nodes, which are consumed, also on error; `options` is JSON with at least `direction`.
  static Result<Network> try_create(ArrowStream ties, ArrowStream nodes, std::string_view options) {
    return try_create(ties, &nodes, options);
  }
  Network(ArrowStream ties, ArrowStream nodes, std::string_view options)
      : Network(try_create(std::move(ties), std::move(nodes), options).value()) {}
  /// A network of the nodes that ties name.
  static Result<Network> try_create(ArrowStream ties, std::string_view options) {
    return try_create(ties, nullptr, options);
  }
  Network(ArrowStream ties, std::string_view options) : Network(try_create(std::move(ties), options).value()) {}

  /// Measures what a JSON request asks for (`{"read": "measures"}` ...) as a table in the long form.
  Result<ArrowStream> try_measure_stream(std::string_view request) const {
    ArrowStream out;
    return detail::call(
        [&](colead_error **err) {
          return colead_network_measure_stream(handle_.get(), request.data(), request.size(), out.get(), err);
        },
        [&] { return std::move(out); });
  }
  ArrowStream measure_stream(std::string_view request) const { return try_measure_stream(request).value(); }
  /// The same as a canonical JSON list of rows.
  Result<String> try_measure_json(std::string_view request) const {
    return detail::write([&](colead_string **out, colead_error **err) {
      return colead_network_measure_json(handle_.get(), request.data(), request.size(), out, err);
    });
  }
  String measure_json(std::string_view request) const { return try_measure_json(request).value(); }
  /// What was read and what was left out, as JSON without any key of a node.
  Result<String> try_summary() const { return detail::text_of(handle_.get(), colead_network_write_summary_json); }
  String summary() const { return try_summary().value(); }

 private:
  static Result<Network> try_create(ArrowStream &ties, ArrowStream *nodes, std::string_view options) {
    return detail::create<Network, colead_network>([&](colead_network **out, colead_error **err) {
      return colead_network_create_from_streams(ties.get(), nodes == nullptr ? nullptr : nodes->get(), options.data(),
                                                options.size(), out, err);
    });
  }

  detail::Shared<colead_network, colead_network_clone, colead_network_free> handle_;
};

/// Measures ties between groups that come without people, as a canonical JSON list of rows; both streams are consumed,
/// also on error. `min_group` is the smallest group of which numbers are given, 5 when 0.
inline Result<String> try_measure_group_ties(ArrowStream ties, ArrowStream groups, std::string_view direction,
                                             std::uint64_t min_group = 0) {
  return detail::write([&](colead_string **out, colead_error **err) {
    return colead_group_ties_measure_json(ties.get(), groups.get(), direction.data(), direction.size(), min_group, out,
                                          err);
  });
}
inline String measure_group_ties(ArrowStream ties, ArrowStream groups, std::string_view direction,
                                 std::uint64_t min_group = 0) {
  return try_measure_group_ties(std::move(ties), std::move(groups), direction, min_group).value();
}

}  // namespace colead

#endif  // COLEAD_NETWORK_HPP
