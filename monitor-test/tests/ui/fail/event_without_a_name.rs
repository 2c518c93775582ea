use monitor_core::event::CommandName;

const EMPTY: CommandName = CommandName::literal("");

fn main() {
    let _ = EMPTY;
}
