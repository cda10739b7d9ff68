//! A result table as an Arrow IPC stream, the form that data frames take without parsing.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, NullArray, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::ipc::writer::StreamWriter;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use serde_json::Value;
use straingauge_api::ResultTable;

use crate::math::round12;
use crate::{Error, Result};

/// Writes `table` as one record batch. A column is of the narrowest type that holds its cells: null, boolean, 64-bit integer,
/// 64-bit float, else text.
///
/// # Errors
/// `export_failed` where Arrow refuses, which a table with a cell a column does not provoke.
pub fn arrow_stream(table: &ResultTable) -> Result<Vec<u8>> {
    let arrays: Vec<ArrayRef> = (0..table.columns.len()).map(|at| column(table, at)).collect();
    let fields: Vec<Field> =
        table.columns.iter().zip(&arrays).map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let failed = |e: arrow::error::ArrowError| Error::new("export_failed", format!("The table could not be written as Arrow: {e}."));
    let options = RecordBatchOptions::new().with_row_count(Some(table.rows.len()));
    let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options).map_err(failed)?;
    let mut writer = StreamWriter::try_new(Vec::new(), &schema).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.into_inner().map_err(failed)
}

fn column(table: &ResultTable, at: usize) -> ArrayRef {
    let cells = || table.rows.iter().map(move |row| row.get(at).filter(|cell| !cell.is_null()));
    let all = |test: fn(&Value) -> bool| cells().flatten().all(test);
    if cells().all(|cell| cell.is_none()) {
        Arc::new(NullArray::new(table.rows.len()))
    } else if all(Value::is_boolean) {
        Arc::new(cells().map(|cell| cell.and_then(Value::as_bool)).collect::<BooleanArray>())
    } else if all(Value::is_i64) {
        Arc::new(cells().map(|cell| cell.and_then(Value::as_i64)).collect::<Int64Array>())
    } else if all(Value::is_number) {
        // Parsing may be off by the last bit; documents hold 12 digits.
        Arc::new(cells().map(|cell| cell.and_then(Value::as_f64).map(round12)).collect::<Float64Array>())
    } else {
        let text = |cell: &Value| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
        Arc::new(cells().map(|cell| cell.map(text)).collect::<StringArray>())
    }
}

#[cfg(test)]
mod tests {
    use arrow::ipc::reader::StreamReader;
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_back_with_types_and_nulls() {
        let table = ResultTable {
            columns: ["id", "n", "x", "ok", "none"].map(str::to_owned).into(),
            rows: vec![
                vec![json!("a"), json!(1), json!(0.1), json!(true), Value::Null],
                vec![json!("é"), Value::Null, json!(2), Value::Null, Value::Null],
            ],
        };
        let bytes = arrow_stream(&table).unwrap();
        let batches: Vec<_> = StreamReader::try_new(bytes.as_slice(), None).unwrap().map(Result::unwrap).collect();
        assert_eq!(batches.len(), 1);
        let types: Vec<String> = batches[0].schema().fields().iter().map(|f| f.data_type().to_string()).collect();
        assert_eq!(types, ["Utf8", "Int64", "Float64", "Boolean", "Null"]);
        let x = batches[0].column(2).as_any().downcast_ref::<Float64Array>().unwrap();
        assert_eq!(x.values(), &[0.1, 2.0]);
        assert!(arrow::array::Array::is_null(batches[0].column(1), 1));
    }

    #[test]
    fn a_table_without_rows_keeps_its_columns() {
        let bytes = arrow_stream(&ResultTable { columns: vec!["a".into()], rows: Vec::new() }).unwrap();
        assert_eq!(StreamReader::try_new(bytes.as_slice(), None).unwrap().schema().fields().len(), 1);
    }
}
