use monitor_core::ErrorType;

#[derive(ErrorType)]
enum Fault {
    #[error_type(transparent)]
    Two(u32, u32),
}

fn main() {}
