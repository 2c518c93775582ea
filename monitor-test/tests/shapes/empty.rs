//! Nothing: the corpus is a test.
