//! Networks: who looks to whom, measured.

use super::boundary::boundary;
use super::error::colead_error;
use super::handle::{Handle, Shared};
use super::status::colead_status;
use super::string::colead_string;
use crate::arrow::{export_table, import_stream};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use colead::evidence::Direction;
use colead::json::canonical;
use colead::measure::network::{MIN_GROUP, Network, Options, group_ties};
use std::ffi::c_char;

/// A network, in one or several relations of the same people. It never changes and may be read by many threads. It
/// holds keys of people: it belongs to the owner of the data.
pub struct colead_network {
    _private: [u8; 0],
}

impl Handle for colead_network {
    type Inner = Network;
    type Ownership = Shared;
}

/// Creates a network at `*out` from two tables: ties (`source`, `target`; `relation` and `wave` where there are such
/// columns) and nodes (`id`, and the columns that the options name). `nodes` may be null: then the nodes are those
/// that ties name. Both streams are always consumed, also on error.
///
/// `options` is a JSON object with `direction` (`source looks to target`, `target looks to source` or `undirected`)
/// and any of `weight` (the column of strengths), `most` (the largest strength possible), `group`, `leader`, `level`,
/// `responded` (columns of nodes), `top` (`smallest` or `largest` level), `self_ties` (`refuse` or `drop`) and
/// `repeats` (`refuse`, `sum` or `strongest`).
///
/// Errors (COLEAD_ERROR_INPUT): those of `colead_evidence_add_stream`; `no_direction`, `unknown_direction`,
/// `unknown_key`, `unknown_column`, `missing_column`, `unknown_node`, `duplicate_node`, `self_tie`, `repeated_tie`,
/// `negative_weight`, `not_finite`, `missing_value`, `above_most`, `weight_not_named`, `tie_of_nonrespondent` and so on,
/// with row and column.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_network_create_from_streams(
    ties: *mut FFI_ArrowArrayStream,
    nodes: *mut FFI_ArrowArrayStream,
    options: *const c_char,
    options_size: usize,
    out: *mut *mut colead_network,
    err: *mut *mut colead_error,
) -> colead_status {
    // The streams come first, so that they are consumed whatever is wrong with the rest.
    boundary!(err, |ties: taken(ties),
                    nodes: taken_or_none(nodes),
                    options: text(options, options_size),
                    out: out(out)| {
        let ties = import_stream(ties?, "ties")?;
        let nodes = match nodes {
            Some(nodes) => Some(import_stream(nodes?, "nodes")?),
            None => None,
        };
        out.fill(Network::from_tables(&ties, nodes.as_ref(), Options::from_json(options)?)?)
    })
}

/// Measures the network into an Arrow stream of one record batch in the caller's struct `*out`. `request` is a JSON
/// object with `read` and arguments:
/// `measures` (`permutations`, `seed`, `sources`), `by_group` (`min_group`), `between_groups` (`min_group`),
/// `thresholds` (`above`, a list of numbers), `compare` (`first`, `second`, `permutations`, `seed`), `regress`
/// (`outcome`, `predictors`, `strength`, `permutations`, `seed`), `nodes` (`permission`, in words: positions of people
/// are personal data). The columns are those of the long form: `wave`, `relation`, `group`, `to`, `node` and `above`
/// where rows have them, `measure`, `variant`, `estimand`, `value`, `se`, `lower`, `upper`, `if_absent` and
/// `if_present` where not all responded, `n`, `status` (`known` or why there is no value).
///
/// Errors: `unknown_name`, `unknown_key`, `missing_key`, `wrong_type`, `out_of_range`, `no_group`, `no_weight`,
/// `unknown_relation`, `collinear` (COLEAD_ERROR_INPUT); `permission_needed` (COLEAD_ERROR_DISCLOSURE).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_network_measure_stream(
    network: *const colead_network,
    request: *const c_char,
    request_size: usize,
    out: *mut FFI_ArrowArrayStream,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |network: view(network), request: text(request, request_size), out: out(out)| {
        let (name, rows) = network.read(request)?;
        out.write(export_table(&rows.to_table(name)?)?)
    })
}

/// Measures the network into a canonical JSON list of rows in a new string at `*out`; as
/// `colead_network_measure_stream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_network_measure_json(
    network: *const colead_network,
    request: *const c_char,
    request_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |network: view(network), request: text(request, request_size), out: out(out)| {
        out.fill(canonical(&network.read(request)?.1.to_json()).into())
    })
}

/// Writes what was read and what was left out into a new string at `*out`, as JSON without any key of a node: `nodes`,
/// `layers`, `options`, `unread`, `dropped_self_ties`, `joined_repeats`, `dropped_zero_weights`, `nodes_from_ties`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_network_write_summary_json(
    network: *const colead_network,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |network: view(network), out: out(out)| { out.fill(canonical(&network.summary()).into()) })
}

/// Measures ties between groups that come without people: `groups` is a table of `group` and `size`, `ties` a table of
/// `source`, `target` (groups) and `ties` (how many). `direction` as for `colead_network_create_from_streams`;
/// `min_group` is the smallest group of which numbers are given, 5 when 0. Writes a canonical JSON list of rows into a
/// new string at `*out`. Both streams are always consumed, also on error.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_direction`, `missing_column`, `duplicate_group`, `unknown_group`,
/// `repeated_tie`, `too_many_ties`, `out_of_range` and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_group_ties_measure_json(
    ties: *mut FFI_ArrowArrayStream,
    groups: *mut FFI_ArrowArrayStream,
    direction: *const c_char,
    direction_size: usize,
    min_group: u64,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |ties: taken(ties),
                    groups: taken(groups),
                    direction: text(direction, direction_size),
                    out: out(out)| {
        let (ties, groups) = (import_stream(ties?, "ties")?, import_stream(groups?, "groups")?);
        let least = if min_group == 0 { MIN_GROUP } else { min_group };
        let rows = group_ties(&ties, &groups, Direction::parse(direction)?, least)?;
        out.fill(canonical(&rows.to_json()).into())
    })
}

/// One more owner of the same network, to be freed as well; never fails and copies nothing. Null for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_network_clone(network: *const colead_network) -> *mut colead_network {
    boundary!(or std::ptr::null_mut(), |network: another(network)| { Ok(network) })
}

/// Gives up one ownership of the network. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_network_free(network: *mut colead_network) {
    boundary!(or(), |network: owned(network)| {
        drop(network);
        Ok(())
    })
}
