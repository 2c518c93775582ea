use monitor_core::monitored;

#[monitored(command(system = "postgresql", text = sql, name = "a", text = sql, system = "mysql"))]
fn query(sql: &str) -> usize {
    sql.len()
}

fn main() {}
