//! AWS: what goes to X-Ray and to CloudWatch is what they take, whatever the program is.

mod emf;
mod emf_judge;
mod levels;
mod program;
mod xray;
mod xray_judge;
