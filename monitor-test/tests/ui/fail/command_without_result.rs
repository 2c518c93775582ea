use monitor_core::monitored;

#[monitored(command(system = "postgresql", rows = |rows| rows, status = |error| error))]
fn query(sql: &str) -> usize {
    sql.len()
}

#[monitored(command(system = "postgresql", reply = |reply| reply.to_string()))]
fn stop(sql: &str) -> ! {
    panic!("{sql}")
}

struct Rows;

#[monitored(command(system = "postgresql", rows = |rows: &Rows| 1))]
fn plain(sql: &str) -> Rows {
    let _ = sql;
    Rows
}

fn main() {}
