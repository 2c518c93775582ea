//! What the macros refuse, and in which words; what they must accept.

#[test]
fn misuse_is_one_precise_error() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

#[test]
fn what_is_right_compiles() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
