use monitor_core::monitored;

struct Client;

#[monitored(command(system = "postgresql"))]
impl Client {
    fn query(&self, sql: &str) -> usize {
        sql.len()
    }
}

fn main() {}
