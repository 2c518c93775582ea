//! What the application passes along.

use monitor_core::propagation::Baggage;
use monitor_core::propagation::TraceParent;
use monitor_core::propagation::TraceState;

/// Reads baggage in these lines, and what is written of it again.
#[track_caller]
fn check_baggage(lines: &[&str], expected: &str) {
    let baggage = Baggage::parse(lines.iter().map(|line| line.as_bytes())).unwrap();
    assert_eq!(baggage.to_string(), expected, "{lines:?}");
}

#[test]
fn f66_baggage_is_read_member_by_member() {
    check_baggage(&["a=1,b=2", "c=3"], "a=1,b=2,c=3");
    check_baggage(&[" a = 1 ; p = x ; q , b=2\t"], "a=1;p=x;q,b=2");
    check_baggage(&["a=blue%20whale,b=%C3%A9,c=%e2%82%ac"], "a=blue%20whale,b=%C3%A9,c=%E2%82%AC");
    check_baggage(&["a=%,b=%2,c=%zz,d=%ff"], "a=%25,b=%252,c=%25zz,d=%EF%BF%BD");
    check_baggage(&["a=,b=x=y"], "a=,b=x=y");
    check_baggage(&["a=1,b=2,a=3"], "a=3,b=2");
    for wrong in
        ["=1", "a", "a b=1", "a=b c", "a=\"b\"", "a=\\", "a=é", "(a)=1", "a=1;(b)", "a=1;b=\"", "a=\r\nx: y"]
    {
        check_baggage(&[wrong, "good=1"], "good=1");
    }
    check_baggage(&["", ",,", ";"], "");
    let baggage: Baggage = "a=%0d%0aset-cookie: x".parse().unwrap();
    assert!(baggage.is_empty());
    let baggage: Baggage = "a=%0d%0aset-cookie:x;p=%0d".parse().unwrap();
    assert_eq!((baggage.get("a"), baggage.properties("a")), (Some("\r\nset-cookie:x"), "p=%0d"));
    assert_eq!(baggage.to_string(), "a=%0D%0Aset-cookie:x;p=%0d");
}

#[test]
fn f66_baggage_has_at_most_64_members_and_8192_bytes_over_all_lines() {
    let members: Vec<_> = (0..65).map(|number| format!("k{number}=v")).collect();
    check_baggage(&[&members.join(",")], &members[..64].join(","));
    let line = |bytes: usize| format!("a={}", "x".repeat(bytes - 2));
    let parse = |lines: &[&str]| Baggage::parse(lines.iter().map(|line| line.as_bytes()));
    assert_eq!(parse(&[&line(8_192)]).unwrap().len(), 1);
    assert!(parse(&[&line(8_193)]).is_err());
    assert!(parse(&[&line(4_096), &line(4_096)]).is_err());
    // Many lines that are nothing each.
    assert!(parse(&vec![""; 8_194]).is_err());
    let mut baggage: Baggage = members[..64].join(",").parse().unwrap();
    assert!(baggage.insert("one-more", "v").is_err());
    assert!(baggage.insert("k1", &"x".repeat(9_000)).is_ok());
    let written = baggage.to_string();
    assert!(written.len() <= 8_192 && !written.contains("k1=") && written.ends_with("k63=v"));
}

#[test]
fn what_cannot_be_written_is_refused_with_what_would_be_right() {
    let mut state = TraceState::default();
    let mut baggage = Baggage::default();
    let errors = [
        state.insert("a", "b\r\nc").unwrap_err().to_string(),
        baggage.insert("two words", "x").unwrap_err().to_string(),
        baggage.insert_with("a", "x", "p=\"\"").unwrap_err().to_string(),
        "00-1-2-3".parse::<TraceParent>().unwrap_err().to_string(),
    ];
    for (error, shown) in
        errors.iter().zip(["\"b\\r\\nc\"", "\"two words\"", "\"p=\\\"\\\"\"", "\"00-1-2-3\""])
    {
        assert!(error.ends_with(&format!("unlike {shown}")), "{error}");
    }
}
