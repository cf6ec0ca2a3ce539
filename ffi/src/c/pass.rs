//! How each kind of argument is checked and converted. Only [`boundary!`](super::boundary::boundary) calls
//! these: the references they give live as long as the call, not longer.

use super::error::Fault;
use super::evidence::colead_file;
use super::handle::{Handle, Ownership, Shared, Unique, give, share};
use super::string::Terminated;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use colead::Error;
use std::ffi::c_char;

pub(crate) use super::pass_options::{answer_columns, choices};

/// A value or handle to be written for the caller, on success only.
#[derive(Debug)]
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// Writes a plain value; the last thing a body does.
    pub(crate) fn write(self, value: T) -> Result<(), Fault> {
        // SAFETY: `checked` found the pointer aligned and not null, and the caller of the exported
        // function answers for its being writable. `write` drops nothing: the old value may be garbage.
        unsafe { self.0.write(value) };
        Ok(())
    }
}

impl<H: Handle> Out<*mut H> {
    /// Writes a new handle; the last thing a body does.
    pub(crate) fn fill(self, value: H::Inner) -> Result<(), Fault> {
        self.write(give(value))
    }
}

/// One ownership of a handle, given up by the caller and dropped with this value.
#[derive(Debug)]
pub(crate) struct Owned<H: Handle>(*mut H);

impl<H: Handle> Drop for Owned<H> {
    fn drop(&mut self) {
        // SAFETY: `owned` was given a pointer from `give` or `share` that the caller gives up.
        unsafe { <H::Ownership as Ownership>::reclaim(self.0.cast::<H::Inner>()) };
    }
}

pub(super) fn checked<T>(name: &str, pointer: *const T) -> Result<(), Fault> {
    if pointer.is_null() {
        return Err(Fault::argument(
            Error::input("null_argument", format!("the argument `{name}` is null")).help("pass a valid pointer"),
        ));
    }
    if !pointer.is_aligned() {
        return Err(Fault::argument(
            Error::input("misaligned_argument", format!("the argument `{name}` is not aligned for its type"))
                .help("pass a pointer to a variable of the type the header names"),
        ));
    }
    Ok(())
}

/// Bytes as pointer and size; null with size 0 is empty.
///
/// # Safety
/// `data` is null or valid for reading `size` bytes during the call.
pub(crate) unsafe fn bytes<'a>(name: &str, data: *const u8, size: usize) -> Result<&'a [u8], Fault> {
    if size == 0 {
        return Ok(&[]);
    }
    checked(name, data)?;
    if isize::try_from(size).is_err() {
        return Err(Fault::argument(
            Error::input(
                "bad_size",
                format!("the argument `{name}` is said to have {size} bytes, more than memory holds"),
            )
            .help("pass the number of bytes; for NUL-terminated text, strlen() of it"),
        ));
    }
    // SAFETY: not null, bytes need no alignment, the size is below isize::MAX, and the caller answers for
    // the memory.
    Ok(unsafe { std::slice::from_raw_parts(data, size) })
}

/// UTF-8 text as pointer and size. A NUL within it is a character like any other.
///
/// # Safety
/// `data` is null or valid for reading `size` bytes during the call.
pub(crate) unsafe fn text<'a>(name: &str, data: *const c_char, size: usize) -> Result<&'a str, Fault> {
    // SAFETY: the same contract.
    let bytes = unsafe { bytes(name, data.cast::<u8>(), size) }?;
    std::str::from_utf8(bytes).map_err(|e| {
        Error::input("invalid_utf8", format!("the argument `{name}` is not UTF-8 from byte {} on", e.valid_up_to() + 1))
            .help("encode it as UTF-8")
            .into()
    })
}

/// A document that may be left out: nothing when it is empty, for no document is.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn text_or_none<'a>(name: &str, data: *const c_char, size: usize) -> Result<Option<&'a str>, Fault> {
    // SAFETY: the same contract.
    let text = unsafe { text(name, data, size) }?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A confidence, or nothing for 0. What it may be, and that NaN is none, is for the core to say.
///
/// # Safety
/// None needed; all kinds are called alike.
pub(crate) unsafe fn confidence(_name: &str, confidence: f64) -> Result<Option<f64>, Fault> {
    Ok(Some(confidence).filter(|c| *c != 0.0))
}

/// A named buffer: its name and its bytes.
///
/// # Safety
/// `file` is null or points to a `colead_file` whose pointers are null or valid for their sizes.
pub(crate) unsafe fn file<'a>(name: &str, file: *const colead_file) -> Result<(&'a str, &'a [u8]), Fault> {
    checked(name, file)?;
    // SAFETY: not null, aligned, and the caller answers for its being a `colead_file`.
    let file = unsafe { &*file };
    // SAFETY: the caller answers for both buffers.
    let title = unsafe { text(&format!("{name}->name"), file.name, file.name_size) }?;
    // SAFETY: as above.
    let data = unsafe { bytes(&format!("{name}->data"), file.data, file.data_size) }?;
    Ok((title, data))
}

/// A handle to read.
///
/// # Safety
/// `handle` is null or came from colead, was not freed, and is not changed during the call.
pub(crate) unsafe fn view<'a, H: Handle>(name: &str, handle: *const H) -> Result<&'a H::Inner, Fault> {
    let inner = handle.cast::<H::Inner>();
    checked(name, inner)?;
    // SAFETY: not null, aligned, and by the contract a live value of this type, for `give` is the only
    // source of such pointers.
    Ok(unsafe { &*inner })
}

/// A handle to read, or nothing for null.
///
/// # Safety
/// As [`view`].
pub(crate) unsafe fn view_or_none<'a, H: Handle>(name: &str, handle: *const H) -> Result<Option<&'a H::Inner>, Fault> {
    if handle.is_null() {
        return Ok(None);
    }
    // SAFETY: the same contract.
    Ok(Some(unsafe { view(name, handle) }?))
}

/// A handle to change and another of its kind to read, which must not be the same object.
///
/// # Safety
/// As [`change`] and [`view`].
pub(crate) unsafe fn change_by<'a, H>(
    _name: &str,
    handle: *mut H,
    other: *const H,
) -> Result<(&'a mut H::Inner, &'a H::Inner), Fault>
where
    H: Handle<Ownership = Unique>,
{
    if !handle.is_null() && std::ptr::eq(handle, other) {
        let error = Error::input("same_object", "both arguments are the same object");
        return Err(Fault::argument(error.help("pass a clone as the other")));
    }
    // SAFETY: the same contract; the two are apart.
    let changed = unsafe { change("tally", handle) }?;
    // SAFETY: the same contract.
    let read = unsafe { view("other", other) }?;
    Ok((changed, read))
}

/// A handle to change.
///
/// # Safety
/// `handle` is null or came from colead, was not freed, and is used by nobody else during the call.
pub(crate) unsafe fn change<'a, H>(name: &str, handle: *mut H) -> Result<&'a mut H::Inner, Fault>
where
    H: Handle<Ownership = Unique>,
{
    let inner = handle.cast::<H::Inner>();
    checked(name, inner)?;
    // SAFETY: as in `view`; exclusive because it has one owner, who by the contract uses it in this call only.
    Ok(unsafe { &mut *inner })
}

/// One more owner of a shared handle.
///
/// # Safety
/// `handle` is null or came from colead and was not freed.
pub(crate) unsafe fn another<H: Handle<Ownership = Shared>>(name: &str, handle: *const H) -> Result<*mut H, Fault> {
    checked(name, handle.cast::<H::Inner>())?;
    // SAFETY: not null, and the caller answers for its being a live handle.
    Ok(unsafe { share(handle) })
}

/// A handle that the caller gives up, to be dropped.
///
/// # Safety
/// `handle` is null or came from colead, was not freed, and is not used again.
pub(crate) unsafe fn owned<H: Handle>(name: &str, handle: *mut H) -> Result<Owned<H>, Fault> {
    checked(name, handle.cast::<H::Inner>())?;
    Ok(Owned(handle))
}

/// A place for a result.
///
/// # Safety
/// `out` is null or valid for writing one `T` until the call ends.
pub(crate) unsafe fn out<T>(name: &str, out: *mut T) -> Result<Out<T>, Fault> {
    checked(name, out)?;
    Ok(Out(out))
}

/// A place for a result that the caller may not want.
///
/// # Safety
/// As [`out`].
pub(crate) unsafe fn out_or_none<T>(name: &str, pointer: *mut T) -> Result<Option<Out<T>>, Fault> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the same contract.
    Ok(Some(unsafe { out(name, pointer) }?))
}

/// An Arrow stream, taken from the caller: from here on it is released whatever happens. Pass it first, so
/// that it is consumed even when another argument is wrong.
///
/// # Safety
/// `stream` is null or points to an `ArrowArrayStream` that is released or follows the Arrow C stream
/// interface.
pub(crate) unsafe fn stream(name: &str, stream: *mut FFI_ArrowArrayStream) -> Result<FFI_ArrowArrayStream, Fault> {
    checked(name, stream)?;
    // SAFETY: not null, aligned, and the caller answers for its being such a struct.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream) };
    if stream.release().is_none() {
        return Err(Fault::argument(
            Error::input("released_stream", format!("the Arrow stream `{name}` was already read or released"))
                .help("make a new stream: each can be read once"),
        ));
    }
    Ok(stream)
}

/// An Arrow stream of several: it is consumed even when another is refused, so the refusal is for the body to raise.
///
/// # Safety
/// As [`stream`].
pub(crate) unsafe fn taken(
    name: &str,
    stream: *mut FFI_ArrowArrayStream,
) -> Result<Result<FFI_ArrowArrayStream, Fault>, Fault> {
    // SAFETY: the same contract.
    Ok(unsafe { self::stream(name, stream) })
}

/// As [`taken`], of a stream that may be left out.
///
/// # Safety
/// As [`stream`].
pub(crate) unsafe fn taken_or_none(
    name: &str,
    stream: *mut FFI_ArrowArrayStream,
) -> Result<Option<Result<FFI_ArrowArrayStream, Fault>>, Fault> {
    // SAFETY: the same contract.
    Ok((!stream.is_null()).then(|| unsafe { self::stream(name, stream) }))
}

/// A place for a size that the caller may not want.
#[derive(Debug)]
pub(crate) struct Optional(Option<Out<usize>>);

impl Optional {
    /// Writes the size of a text and gives its address.
    pub(crate) fn view(self, text: &Terminated) -> Result<*const c_char, Fault> {
        if let Some(out) = self.0 {
            out.write(text.size())?;
        }
        Ok(text.as_ptr())
    }
}

/// A place for a size, or null where it is not wanted.
///
/// # Safety
/// `size` is null or valid for writing until the call ends.
pub(crate) unsafe fn optional(name: &str, size: *mut usize) -> Result<Optional, Fault> {
    if size.is_null() {
        return Ok(Optional(None));
    }
    // SAFETY: the same contract.
    Ok(Optional(Some(unsafe { out(name, size) }?)))
}
