use monitor_core::ErrorType;

#[derive(ErrorType)]
enum Fault {
    #[error_type(renam = "x")]
    One,
}

fn main() {}
