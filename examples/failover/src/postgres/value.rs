//! Values on their way to PostgreSQL and back.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::Row;
use tokio_postgres::types::IsNull;
use tokio_postgres::types::ToSql;
use tokio_postgres::types::Type;
use tokio_postgres::types::to_sql_checked;

use crate::Statement;
use crate::Value;

/// The parameters of a statement with their types, so that the server need not be asked for them first.
pub(super) fn parameters(statement: &Statement) -> Vec<(&(dyn ToSql + Sync), Type)> {
    statement.params.iter().map(|value| (value as &(dyn ToSql + Sync), type_of(value))).collect()
}

/// A row in our values.
pub(super) fn row(row: &Row) -> Result<Vec<Value>, String> {
    (0..row.len()).map(|column| value(row, column)).collect()
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Integer(_) => Type::INT8,
        // The server finds out from where it stands.
        Value::Null => Type::UNKNOWN,
        Value::Real(_) => Type::FLOAT8,
        Value::Text(_) => Type::TEXT,
    }
}

fn value(row: &Row, column: usize) -> Result<Value, String> {
    let found = match *row.columns()[column].type_() {
        Type::BOOL => {
            row.try_get::<_, Option<bool>>(column).map(|found| found.map(|it| i64::from(it).into()))
        }
        Type::FLOAT4 => {
            row.try_get::<_, Option<f32>>(column).map(|found| found.map(|it| f64::from(it).into()))
        }
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(column).map(|found| found.map(Value::from)),
        Type::INT2 => row.try_get::<_, Option<i16>>(column).map(|found| found.map(|it| i64::from(it).into())),
        Type::INT4 => row.try_get::<_, Option<i32>>(column).map(|found| found.map(|it| i64::from(it).into())),
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map(|found| found.map(Value::from)),
        Type::BPCHAR | Type::NAME | Type::TEXT | Type::UNKNOWN | Type::VARCHAR => {
            row.try_get::<_, Option<&str>>(column).map(|found| found.map(Value::from))
        }
        ref other => {
            let name = row.columns()[column].name();
            return Err(format!(
                "the column `{name}` is of type {other}; cast it to text, a number or a bool"
            ));
        }
    };
    found.map(|found| found.unwrap_or(Value::Null)).map_err(|error| error.to_string())
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Null => Ok(IsNull::Yes),
            Self::Real(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Each value goes with the type that `type_of` says.
        true
    }

    to_sql_checked!();
}
