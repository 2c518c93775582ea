use monitor_core::monitored;

#[monitored(fields(db, db.rows))]
fn place() {}

fn main() {}
