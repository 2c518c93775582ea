use monitor_core::monitored;

#[monitored]
fn sync(a: String) -> Result<u32, String> {
    if a.is_empty() {
        return Ok("one");
    }
    Ok(a)
}

#[monitored]
async fn later(a: String) -> Result<u32, String> {
    if a.is_empty() {
        return Ok("one");
    }
    Ok(a)
}

#[monitored]
async fn unit() {
    5
}

#[monitored]
fn sync_unit() {
    5
}

fn main() {}
