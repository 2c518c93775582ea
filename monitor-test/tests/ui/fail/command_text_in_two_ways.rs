use monitor_core::monitored;

#[monitored(command(system = "postgresql", text = sql, raw_text = sql))]
fn query(sql: &str) -> usize {
    sql.len()
}

fn main() {}
