//! Options structs as arguments. They begin with `struct_size`, so that they can grow: a caller compiled with an
//! older header leaves out what it does not know, which counts as zero.

use super::assessment::{Choices, colead_assess_options};
use super::error::Fault;
use super::pass::{checked, confidence, text_or_none, view_or_none};
use super::tally::colead_answer_options;
use colead::Error;
use colead::assess::day_of;
use colead::evidence::{AnswerColumns, Direction, Weight};
use std::mem::{MaybeUninit, size_of};

/// A larger `struct_size` is surely garbage.
const MAX_SIZE: usize = 4096;

/// A struct whose first field is `struct_size`.
///
/// # Safety
/// The struct is `repr(C)` and begins with a `usize`; every field may be zero, and any bytes are a value of it.
unsafe trait Options: Copy {}

// SAFETY: sizes, pointers and a whole number.
unsafe impl Options for colead_answer_options {}
// SAFETY: a size, pointers and a float.
unsafe impl Options for colead_assess_options {}

/// The options of a caller; null is all zero.
///
/// # Safety
/// `options` is null or valid for reading as many bytes as its first field says, and one `usize` at least.
unsafe fn read<T: Options>(name: &str, options: *const T) -> Result<T, Fault> {
    let mut value = MaybeUninit::<T>::zeroed();
    if !options.is_null() {
        checked(name, options)?;
        let bytes = options.cast::<u8>();
        // SAFETY: not null, aligned, and the caller answers for the first field.
        let size = unsafe { options.cast::<usize>().read() };
        if !(size_of::<usize>()..=MAX_SIZE).contains(&size) {
            let message = format!("the argument `{name}` says it has {size} bytes");
            let error = Error::input("bad_struct_size", message).help("set struct_size to sizeof of the struct");
            return Err(Fault::argument(error));
        }
        let known = size.min(size_of::<T>());
        // SAFETY: the caller answers for `size` bytes; `value` has room for `known`, and is another object.
        unsafe { std::ptr::copy_nonoverlapping(bytes, value.as_mut_ptr().cast::<u8>(), known) };
        for i in known..size {
            // SAFETY: within the `size` bytes that the caller answers for.
            let byte = unsafe { bytes.add(i) };
            // SAFETY: as above.
            if unsafe { byte.read() } != 0 {
                let message = format!("the argument `{name}` sets an option that this version does not know");
                let help = "update the library, or leave the option zero";
                return Err(Fault::argument(Error::input("newer_options", message).help(help)));
            }
        }
    }
    // SAFETY: by `Options` zero is a value, and so are the bytes of the caller over it.
    Ok(unsafe { value.assume_init() })
}

/// How a table of answers is read.
///
/// # Safety
/// `options` is null or what [`read`] asks for, with texts that are null or valid for their sizes.
pub(crate) unsafe fn answer_columns(name: &str, options: *const colead_answer_options) -> Result<AnswerColumns, Fault> {
    // SAFETY: the same contract.
    let options = unsafe { read(name, options) }?;
    // SAFETY: the caller answers for the texts.
    let unit = unsafe { text_or_none(&format!("{name}->unit"), options.unit, options.unit_size) }?;
    // SAFETY: as above.
    let wave = unsafe { text_or_none(&format!("{name}->wave"), options.wave, options.wave_size) }?;
    // SAFETY: as above.
    let weight = unsafe { text_or_none(&format!("{name}->weight"), options.weight, options.weight_size) }?;
    let decimals = u8::try_from(options.decimals).unwrap_or(u8::MAX);
    let weight = weight.map(|column| Weight { column: column.to_owned(), decimals });
    let columns = AnswerColumns { weight, ..AnswerColumns::standard(options.strict != 0) };
    Ok(AnswerColumns { unit: unit.map_or(columns.unit, str::to_owned), wave: wave.map(str::to_owned), ..columns })
}

/// What an assessment is made with.
///
/// # Safety
/// `options` is null or what [`read`] asks for, with handles that are null or live and a seed that is null or
/// valid.
pub(crate) unsafe fn choices<'a>(name: &str, options: *const colead_assess_options) -> Result<Choices<'a>, Fault> {
    // SAFETY: the same contract.
    let options = unsafe { read(name, options) }?;
    // SAFETY: the caller answers for the handles.
    let framework = unsafe { view_or_none(&format!("{name}->framework"), options.framework) }?;
    // SAFETY: as above.
    let instrument = unsafe { view_or_none(&format!("{name}->instrument"), options.instrument) }?;
    // SAFETY: no pointer is passed.
    let confidence = unsafe { confidence(name, options.confidence) }?;
    let seed = if options.seed.is_null() {
        None
    } else {
        checked(&format!("{name}->seed"), options.seed)?;
        // SAFETY: not null, aligned, and the caller answers for it.
        Some(unsafe { options.seed.read() })
    };
    // SAFETY: the caller answers for the text.
    let cuts = unsafe { text_or_none(&format!("{name}->cuts"), options.cuts, options.cuts_size) }?;
    let cuts = match cuts.map(serde_json::from_str) {
        None => None,
        Some(Ok(names)) => Some(names),
        Some(Err(_)) => {
            let error = Error::input("bad_cuts", "the cuts are no JSON list of texts").at(format!("{name}->cuts"));
            return Err(Fault::argument(error.help("give a list such as [\"tenure\"]")));
        }
    };
    // SAFETY: as above.
    let direction = unsafe { text_or_none(&format!("{name}->direction"), options.direction, options.direction_size) }?;
    let direction = direction.map(Direction::parse).transpose()?;
    // SAFETY: as above.
    let as_of = unsafe { text_or_none(&format!("{name}->as_of"), options.as_of, options.as_of_size) }?;
    let as_of = as_of.map(day_of).transpose()?;
    Ok(Choices { framework: framework.map(|f| &f.framework), instrument, confidence, seed, cuts, direction, as_of })
}
