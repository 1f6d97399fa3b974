//! Mounts the console.

fn main() {
    mas_console::start();
}
