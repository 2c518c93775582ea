use monitor_core::monitored;

#[monitored(command(system = "postgresql", text, name =, database))]
fn query(sql: &str) -> usize {
    sql.len()
}

fn main() {}
