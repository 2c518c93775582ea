//! A trace from process to process: what a service makes of the headers that it gets, seen in those that it sends.

mod aws;
mod baggage;
mod fuzz;
mod service;
mod trust;
mod w3c;
