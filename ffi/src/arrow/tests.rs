use super::*;
use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
use arrow_array::*;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use colead::evidence::{Cells, Column, Table};
use colead::{Error, Result};
use proptest::prelude::*;
use std::sync::Arc;

fn stream(batches: Vec<Vec<(&str, ArrayRef)>>) -> FFI_ArrowArrayStream {
    let schema = Arc::new(Schema::new(
        batches[0].iter().map(|(name, a)| Field::new(*name, a.data_type().clone(), true)).collect::<Vec<_>>(),
    ));
    let batches: Vec<_> = batches
        .into_iter()
        .map(|columns| RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, a)| a).collect()))
        .collect();
    FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(batches, schema)))
}

fn import(batches: Vec<Vec<(&str, ArrayRef)>>) -> Result<Table> {
    import_stream(stream(batches), "t")
}

fn one(array: impl Array + 'static) -> Result<Cells> {
    import(vec![vec![("x", Arc::new(array) as ArrayRef)]]).map(|t| t.columns()[0].cells.clone())
}

fn text(cells: &[Option<&str>]) -> Cells {
    Cells::Text(cells.iter().map(|c| c.map(str::to_owned)).collect())
}

fn refusal(result: Result<Cells>) -> (&'static str, String, String) {
    let e: Error = result.unwrap_err();
    (e.code(), e.message().to_owned(), e.path().to_owned())
}

#[test]
fn whole_numbers_of_every_width_arrive() {
    let want = Cells::Int(vec![Some(1), None, Some(100)]);
    assert_eq!(one(Int8Array::from(vec![Some(1), None, Some(100)])).unwrap(), want);
    assert_eq!(one(Int16Array::from(vec![Some(1), None, Some(100)])).unwrap(), want);
    assert_eq!(one(Int32Array::from(vec![Some(1), None, Some(100)])).unwrap(), want);
    assert_eq!(one(Int64Array::from(vec![Some(1), None, Some(100)])).unwrap(), want);
    assert_eq!(one(UInt8Array::from(vec![Some(1), None, Some(100)])).unwrap(), want);
    assert_eq!(one(UInt16Array::from(vec![Some(1), None, Some(100)])).unwrap(), want);
    assert_eq!(one(UInt32Array::from(vec![Some(1), None, Some(100)])).unwrap(), want);
    assert_eq!(one(UInt64Array::from(vec![Some(1), None, Some(100)])).unwrap(), want);
    let extreme = one(Int64Array::from(vec![i64::MIN, i64::MAX])).unwrap();
    assert_eq!(extreme, Cells::Int(vec![Some(i64::MIN), Some(i64::MAX)]));
}

#[test]
fn floats_arrive_and_keep_nan() {
    let wide = [1.5, -0.0, f64::INFINITY];
    assert_eq!(one(Float64Array::from(wide.to_vec())).unwrap(), Cells::Float(wide.map(Some).to_vec()));
    assert_eq!(one(Float32Array::from(vec![Some(0.5), None])).unwrap(), Cells::Float(vec![Some(0.5), None]));
    let half = Float16Array::from(vec![<types::Float16Type as ArrowPrimitiveType>::Native::from_f32(0.25)]);
    assert_eq!(one(half).unwrap(), Cells::Float(vec![Some(0.25)]));
    let Cells::Float(cells) = one(Float32Array::from(vec![f32::NAN])).unwrap() else { panic!("floats") };
    assert!(cells[0].unwrap().is_nan());
}

#[test]
fn text_in_every_layout_booleans_and_nothing_arrive() {
    let cells = [Some("a"), None, Some(""), Some("longer than twelve bytes \u{e9}")];
    let want = text(&cells);
    assert_eq!(one(StringArray::from(cells.to_vec())).unwrap(), want);
    assert_eq!(one(LargeStringArray::from(cells.to_vec())).unwrap(), want);
    assert_eq!(one(StringViewArray::from(cells.to_vec())).unwrap(), want);
    assert_eq!(one(BooleanArray::from(vec![Some(true), None])).unwrap(), Cells::Bool(vec![Some(true), None]));
    assert_eq!(one(NullArray::new(2)).unwrap(), text(&[None, None]));
}

#[test]
fn days_and_instants_become_iso_dates() {
    let want = text(&[Some("2024-02-29"), None, Some("1969-12-31")]);
    assert_eq!(one(Date32Array::from(vec![Some(19_782), None, Some(-1)])).unwrap(), want);
    assert_eq!(one(Date64Array::from(vec![Some(19_782 * 86_400_000), None, Some(-1)])).unwrap(), want);
    let noon = 19_782 * 86_400 + 43_200;
    assert_eq!(one(TimestampSecondArray::from(vec![Some(noon), None, Some(-1)])).unwrap(), want);
    assert_eq!(one(TimestampMillisecondArray::from(vec![Some(noon * 1_000), None, Some(-1)])).unwrap(), want);
    assert_eq!(one(TimestampMicrosecondArray::from(vec![Some(noon * 1_000_000), None, Some(-1)])).unwrap(), want);
    assert_eq!(one(TimestampNanosecondArray::from(vec![Some(noon * 1_000_000_000), None, Some(-1)])).unwrap(), want);
    let east = TimestampSecondArray::from(vec![-1]).with_timezone("+02:00");
    assert_eq!(one(east).unwrap(), text(&[Some("1970-01-01")]));
    let (code, message, path) = refusal(one(TimestampSecondArray::from(vec![0]).with_timezone("Europe/Vienna")));
    assert_eq!((code, path.as_str()), ("unsupported_type", "t, column x"));
    assert_eq!(message, "column `x` holds a timestamp in the time zone `Europe/Vienna`");
    let (code, _, path) = refusal(one(Date32Array::from(vec![0, i32::MAX])));
    assert_eq!((code, path.as_str()), ("out_of_range", "t, row 2, column x"));
}

#[test]
fn dictionaries_of_several_batches_become_one() {
    let first: DictionaryArray<Int8Type> = vec![Some("b"), None, Some("a")].into_iter().collect();
    let keys = Int8Array::from(vec![Some(2), Some(1), Some(0), None, Some(3)]);
    // Another order, a null value, a value twice, and a value out of use.
    let values = StringArray::from(vec![Some("a"), None, Some("c"), Some("a"), Some("unused")]);
    let second = DictionaryArray::<Int8Type>::try_new(keys, Arc::new(values)).unwrap();
    let table = import(vec![vec![("x", Arc::new(first) as ArrayRef)], vec![("x", Arc::new(second))]]).unwrap();
    let want = Cells::Dictionary {
        values: vec!["b".to_owned(), "a".to_owned(), "c".to_owned()],
        codes: vec![Some(0), None, Some(1), Some(2), None, Some(1), None, Some(1)],
    };
    assert_eq!(table.columns()[0].cells, want);
    let values: ArrayRef = Arc::new(StringViewArray::from(vec!["u", "v"]));
    let wide = DictionaryArray::<UInt16Type>::try_new(UInt16Array::from(vec![1, 0]), values).unwrap();
    let want = Cells::Dictionary { values: vec!["v".to_owned(), "u".to_owned()], codes: vec![Some(0), Some(1)] };
    assert_eq!(one(wide).unwrap(), want);
}

#[test]
fn a_bad_cell_is_named_by_its_row_across_all_batches() {
    let batch = |v: Vec<u64>| vec![("k", Arc::new(UInt64Array::from(v)) as ArrayRef)];
    let e = import(vec![batch(vec![1, 2]), batch(vec![]), batch(vec![3, u64::MAX])]).unwrap_err();
    assert_eq!((e.code(), e.path()), ("out_of_range", "t, row 4, column k"));
    assert!(e.message().contains("`18446744073709551615`"), "{e}");
}

#[test]
fn an_empty_batch_cut_from_the_end_is_fine() {
    let words: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
    let table =
        import(vec![vec![("x", words.slice(2, 0))], vec![("x", words.clone())], vec![("x", words.slice(1, 0))]]);
    assert_eq!(table.unwrap().columns()[0].cells, text(&[Some("a"), None]));
}

#[test]
fn what_a_table_cannot_hold_is_refused_with_a_cast() {
    let decimal = Decimal128Array::from(vec![1]).with_precision_and_scale(10, 2).unwrap();
    let e = one(decimal).unwrap_err();
    assert_eq!(e.code(), "unsupported_type");
    assert_eq!(
        e.to_string(),
        "column `x` holds decimal numbers (at t, column x); cast it to float64, or to int64 when it holds whole numbers"
    );
    let runs = RunArray::<Int32Type>::try_new(&Int32Array::from(vec![2]), &StringArray::from(vec!["a"])).unwrap();
    let e = one(runs).unwrap_err();
    assert_eq!(e.help_text(), "decode it, by a cast to its values' type (utf8)");
    let numbers: DictionaryArray<Int32Type> =
        DictionaryArray::try_new(Int32Array::from(vec![0]), Arc::new(Int64Array::from(vec![7]))).unwrap();
    assert!(one(numbers).unwrap_err().help_text().ends_with("(int64)"));
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let nested = StructArray::from(vec![(
        Arc::new(Field::new("f", DataType::Int32, true)),
        Arc::new(Int32Array::from(vec![1])) as ArrayRef,
    )]);
    for (result, word) in [
        (one(list), "lists"),
        (one(nested), "nested values"),
        (one(BinaryArray::from_vec(vec![b"a"])), "bytes"),
        (one(Time32SecondArray::from(vec![1])), "times"),
        (one(DurationSecondArray::from(vec![1])), "durations"),
    ] {
        let e = result.unwrap_err();
        assert_eq!(e.code(), "unsupported_type");
        assert!(e.message().contains(word) && !e.help_text().is_empty(), "{e}");
    }
}

#[test]
fn damaged_data_are_refused_before_a_cell_is_read() {
    use arrow_data::ArrayData;
    // SAFETY: never read unchecked: the import under test validates it first.
    let broken = unsafe {
        ArrayData::builder(DataType::Utf8)
            .len(2)
            .add_buffer(vec![0_i32, 1, 2].into())
            .add_buffer(vec![b'a', 0xff].into())
            .build_unchecked()
    };
    let (code, message, path) = refusal(one(StringArray::from(broken)));
    assert_eq!((code, path.as_str()), ("bad_arrow_data", "t, rows from 1 on, column x"));
    assert!(message.contains("index 1"), "{message}");
    // SAFETY: as above.
    let broken = unsafe {
        ArrayData::builder(DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)))
            .len(1)
            .add_buffer(vec![5_i8].into())
            .add_child_data(StringArray::from(vec!["a"]).into())
            .build_unchecked()
    };
    assert_eq!(refusal(one(DictionaryArray::<Int8Type>::from(broken))).0, "bad_arrow_data");
}

#[test]
fn streams_that_fail_say_why_and_are_released() {
    struct Guarded(#[allow(dead_code)] Arc<()>, Option<ArrowError>);
    impl Iterator for Guarded {
        type Item = Result<RecordBatch, ArrowError>;
        fn next(&mut self) -> Option<Self::Item> {
            self.1.take().map(Err)
        }
    }
    impl RecordBatchReader for Guarded {
        fn schema(&self) -> Arc<Schema> {
            Arc::new(Schema::new(vec![Field::new("x", DataType::Int64, true)]))
        }
    }
    let alive = Arc::new(());
    let broken = Guarded(alive.clone(), Some(ArrowError::ComputeError("disk gone".to_owned())));
    let e = import_stream(FFI_ArrowArrayStream::new(Box::new(broken)), "t").unwrap_err();
    assert_eq!(e.code(), "stream_failed");
    assert!(e.message().contains("disk gone"), "{e}");
    assert_eq!(Arc::strong_count(&alive), 1, "released");
    assert_eq!(import_stream(FFI_ArrowArrayStream::empty(), "t").unwrap_err().code(), "released_stream");
    let doubled =
        import(vec![vec![("x", Arc::new(NullArray::new(1)) as ArrayRef), ("x", Arc::new(NullArray::new(1)))]]);
    assert_eq!(doubled.unwrap_err().code(), "duplicate_column");
    let empty = FFI_ArrowArrayStream::new(Box::new(Guarded(alive, None)));
    assert_eq!(import_stream(empty, "t").unwrap().columns()[0].cells, Cells::Int(vec![]));
}

#[test]
fn a_row_missing_as_a_whole_is_refused() {
    struct Whole(Arc<Schema>);
    impl Iterator for Whole {
        type Item = Result<RecordBatch, ArrowError>;
        fn next(&mut self) -> Option<Self::Item> {
            None
        }
    }
    impl RecordBatchReader for Whole {
        fn schema(&self) -> Arc<Schema> {
            self.0.clone()
        }
    }
    // A batch is a struct array, and a struct can be missing, which a record batch cannot say: the stream's
    // own callback is replaced by one that gives such a struct.
    unsafe extern "C" fn give(_: *mut FFI_ArrowArrayStream, out: *mut arrow_data::ffi::FFI_ArrowArray) -> i32 {
        let cells: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let nulls = Some(arrow_buffer::NullBuffer::from(vec![true, false]));
        let fields = vec![Field::new("x", DataType::Int64, true)].into();
        let rows = StructArray::new(fields, vec![cells], nulls);
        // SAFETY: `out` is the struct that the consumer wants filled.
        unsafe { out.write(arrow_data::ffi::FFI_ArrowArray::new(&rows.to_data())) };
        0
    }
    let schema = Arc::new(Schema::new(vec![Field::new("x", DataType::Int64, true)]));
    let mut stream = FFI_ArrowArrayStream::new(Box::new(Whole(schema)));
    let (get_schema, get_last_error) = (stream.get_schema(), stream.get_last_error());
    // SAFETY: the parts are those of a live stream but for `get_next`, and the first struct is disarmed.
    let (release, private) = unsafe { (stream.set_release(None), stream.private_data()) };
    // SAFETY: as above.
    let stream =
        unsafe { FFI_ArrowArrayStream::new_unchecked(get_schema, Some(give), get_last_error, release, private) };
    let e = import_stream(stream, "t").unwrap_err();
    assert_eq!((e.code(), e.path()), ("bad_arrow_data", "t, row 2"));
}

fn exported(table: &Table, wanted: Option<Vec<(&str, DataType)>>) -> Result<RecordBatch> {
    let stream = match wanted {
        Some(w) => {
            let fields: Vec<Field> = w.into_iter().map(|(name, t)| Field::new(name, t, true)).collect();
            export_table_as(table, &Schema::new(fields))?
        }
        None => export_table(table)?,
    };
    let mut reader = ffi_stream::RecordBatchStreamReader::try_new(stream).unwrap();
    let batch = reader.next().unwrap().unwrap();
    assert!(reader.next().is_none(), "one batch");
    Ok(batch)
}

fn table(cells: Cells) -> Table {
    Table::new("t", vec![Column { name: "x".to_owned(), cells }]).unwrap()
}

#[test]
fn a_requested_type_is_given_where_nothing_is_lost() {
    let as_type = |cells: &Cells, wanted: DataType| {
        let batch = exported(&table(cells.clone()), Some(vec![("x", wanted)])).unwrap();
        let got = batch.schema().field(0).data_type().clone();
        let back = import(vec![vec![("x", batch.column(0).clone())]]).unwrap();
        (got, back.columns()[0].cells.clone())
    };
    let ints = Cells::Int(vec![Some(1), None, Some(300)]);
    for wanted in [DataType::Int16, DataType::UInt16, DataType::Int32, DataType::UInt32, DataType::UInt64] {
        assert_eq!(as_type(&ints, wanted.clone()), (wanted, ints.clone()));
    }
    assert_eq!(as_type(&ints, DataType::Float64).0, DataType::Float64);
    for wanted in [DataType::Int8, DataType::UInt8, DataType::Utf8, DataType::Date32] {
        assert_eq!(as_type(&ints, wanted), (DataType::Int64, ints.clone()), "would lose or is not the same data");
    }
    assert_eq!(as_type(&Cells::Int(vec![Some((1 << 53) + 1)]), DataType::Float64).0, DataType::Int64);
    assert_eq!(as_type(&Cells::Float(vec![Some(0.5)]), DataType::Float32).0, DataType::Float32);
    assert_eq!(as_type(&Cells::Float(vec![Some(0.1)]), DataType::Float32).0, DataType::Float64);
    let words = text(&[Some("b"), None, Some("a"), Some("b")]);
    let coded = Cells::Dictionary {
        values: vec!["b".to_owned(), "a".to_owned()],
        codes: vec![Some(0), None, Some(1), Some(0)],
    };
    for wanted in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
        assert_eq!(as_type(&words, wanted.clone()), (wanted.clone(), words.clone()));
        assert_eq!(as_type(&coded, wanted.clone()), (wanted.clone(), words.clone()));
        for key in [DataType::Int8, DataType::UInt8, DataType::Int64, DataType::UInt64, DataType::UInt32] {
            let wanted = DataType::Dictionary(Box::new(key), Box::new(wanted.clone()));
            assert_eq!(as_type(&words, wanted.clone()), (wanted.clone(), coded.clone()));
            assert_eq!(as_type(&coded, wanted.clone()), (wanted, coded.clone()));
        }
    }
    let e = exported(&table(ints), Some(vec![("y", DataType::Int64)])).unwrap_err();
    assert_eq!((e.code(), e.help_text()), ("incompatible_schema", "ask for the columns `x`, in this order"));
}

#[test]
fn exports_that_arrow_cannot_carry_are_refused() {
    let column = Column { name: "a\0b".to_owned(), cells: Cells::Int(vec![Some(1)]) };
    let e = export_table(&Table::new("t", vec![column]).unwrap()).unwrap_err();
    assert_eq!((e.code(), e.path()), ("bad_column_name", "t, column a\\0b"));
    assert_eq!(exported(&Table::new("t", vec![]).unwrap(), None).unwrap().num_columns(), 0);
    assert!(matches!(
        exported(&table(text(&[Some("a")])), None).unwrap().schema().field(0).data_type(),
        DataType::Utf8
    ));
}

fn any_cells(rows: usize) -> impl Strategy<Value = Cells> {
    let word = "[a-c\u{e9}]{0,3}";
    prop_oneof![
        proptest::collection::vec(proptest::option::of(any::<i64>()), rows).prop_map(Cells::Int),
        proptest::collection::vec(proptest::option::of(-1e300..1e300), rows).prop_map(Cells::Float),
        proptest::collection::vec(proptest::option::of(any::<bool>()), rows).prop_map(Cells::Bool),
        proptest::collection::vec(proptest::option::of(word), rows).prop_map(Cells::Text),
        proptest::collection::vec(proptest::option::of(word), rows).prop_map(|cells| {
            let mut values: Vec<String> = Vec::new();
            let mut code = |text: String| match values.iter().position(|v| *v == text) {
                Some(i) => i as u32,
                None => {
                    values.push(text);
                    values.len() as u32 - 1
                }
            };
            let codes = cells.into_iter().map(|c| c.map(&mut code)).collect();
            Cells::Dictionary { values, codes }
        }),
    ]
}

proptest! {
    #[test]
    fn a_table_comes_back_as_it_went(columns in (0_usize..9).prop_flat_map(|n| proptest::collection::vec(any_cells(n), 1..4))) {
        let columns = columns.into_iter().enumerate().map(|(i, cells)| Column { name: format!("c{i}"), cells }).collect();
        let table = Table::new("t", columns).unwrap();
        prop_assert_eq!(import_stream(export_table(&table).unwrap(), "t").unwrap(), table);
    }

    #[test]
    fn where_batches_are_cut_makes_no_difference(cells in any_cells(8), cut in 0_usize..9) {
        let whole = table(cells);
        let batch = exported(&whole, None).unwrap();
        let part = |from: usize, to: usize| vec![("x", batch.column(0).slice(from, to - from))];
        prop_assert_eq!(import(vec![part(0, cut), part(cut, 8)]).unwrap(), whole);
    }
}
