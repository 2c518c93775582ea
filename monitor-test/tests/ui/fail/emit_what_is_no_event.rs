struct Evicted;

fn main() {
    monitor_core::emit(|| Evicted);
}
