use monitor_core::monitored;

#[monitored(command(text = sql))]
fn query(sql: &str) -> usize {
    sql.len()
}

fn main() {}
