use monitor_core::monitored;

struct Server;

#[monitored(command(system = "postgresql", server = server))]
fn at(server: &Server) {}

#[monitored(command(system = "postgresql", request_id = id))]
fn numbered(id: &str) {}

#[monitored(command(system = "postgresql", document = id))]
fn documented(id: u32) {}

#[monitored(command(system = "postgresql", text = server))]
fn texted(server: &Server) {}

fn main() {}
