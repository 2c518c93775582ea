use monitor_core::monitored;

#[monitored(command(system = "postgresql", databse = "shop", query = sql))]
fn query(sql: &str) -> usize {
    sql.len()
}

fn main() {}
