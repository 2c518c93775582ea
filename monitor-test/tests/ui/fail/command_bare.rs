use monitor_core::monitored;

#[monitored(command)]
fn bare(sql: &str) -> usize {
    sql.len()
}

#[monitored(command = "postgresql")]
fn assigned(sql: &str) -> usize {
    sql.len()
}

fn main() {}
