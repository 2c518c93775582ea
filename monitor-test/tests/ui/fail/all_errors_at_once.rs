use monitor_core::monitored;

#[monitored(nam = "a", kind = cliant, slow = 5, args(b), err)]
fn place(a: u32) {
    let _ = a;
}

fn main() {}
