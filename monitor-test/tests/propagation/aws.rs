//! The header of AWS.

use std::collections::HashMap;

use monitor_core::Context;
use monitor_core::Span;
use monitor_core::Trust;
use monitor_core::propagation::XRayHeader;
use monitor_test::Capture;
use serde_json::Value;

#[test]
fn the_header_of_aws_is_read_and_written_as_its_own_library_does() {
    let table: Vec<Value> = serde_json::from_str(include_str!("../data/golden/xray_headers.json")).unwrap();
    for row in &table {
        let text = row["input"].as_str().unwrap();
        let header: XRayHeader = text.parse().unwrap();
        let root = header.root().map(|root| {
            let digits = root.to_string();
            format!("1-{}-{}", &digits[..8], &digits[8..])
        });
        assert_eq!(root.as_deref(), row["root"].as_str(), "{text}");
        assert_eq!(header.parent().map(|it| it.to_string()).as_deref(), row["parent"].as_str(), "{text}");
        let sampled = header.to_string().split("Sampled=").nth(1).map(|rest| rest[..1].to_owned());
        let expected = Some(row["sampled"].to_string().replace('"', "")).filter(|it| it != "null");
        assert_eq!(sampled, expected, "{text}");
        let others: HashMap<_, _> = header.others().collect();
        for (key, value) in row["data"].as_object().into_iter().flatten() {
            assert_eq!(others.get(&**key).copied(), value.as_str(), "{text}");
        }
        assert_eq!(others.len(), row["data"].as_object().map_or(0, |it| it.len()));
        assert_eq!(header.to_string(), row["roundtrip"].as_str().unwrap(), "{text}");
    }
    assert_eq!(table.len(), 7);
}

#[test]
fn f66_what_is_no_part_of_the_header_of_aws_is_left_out() {
    for (text, expected) in [
        ("Root=1-5759e988-bd862e3fe1be46a99427279;Sampled=1", "Sampled=1"),
        ("Root=2-5759e988-bd862e3fe1be46a994272793", ""),
        ("Root=1-00000000-000000000000000000000000", ""),
        ("Root=1-+759e988-bd862e3fe1be46a994272793", ""),
        ("Parent=0000000000000000;Sampled=2", ""),
        ("Parent=53995c3f42cd8ad;a=b;c", "a=b"),
        ("a=x\r\ny;b=é;c=d", "c=d"),
    ] {
        assert_eq!(text.parse::<XRayHeader>().unwrap().to_string(), expected, "{text}");
    }
    assert!(XRayHeader::parse(&[b'a'; 2_049]).is_err());
}

#[test]
fn a_trace_goes_on_through_the_header_of_aws() {
    let read = |text: &str, trust| Context::extract_xray(&[("X-Amzn-Trace-Id", text)], trust);
    let with_parent =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=a87bd80c:1";
    let without =
        "Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678;Sampled=?";
    let captured = Capture::run(|| {
        let sent = read(with_parent, Trust::Continue).run(|| {
            let _span = Span::start("below");
            let mut headers = HashMap::<String, String>::new();
            Context::current().inject_xray(&mut headers);
            headers.remove("x-amzn-trace-id").unwrap()
        });
        assert!(sent.starts_with("Root=1-5759e988-bd862e3fe1be46a994272793;Parent="), "{sent}");
        assert!(
            sent.ends_with(";Sampled=0;Lineage=a87bd80c:1") && !sent.contains("53995c3f42cd8ad8"),
            "{sent}"
        );
        read(without, Trust::Continue).run(|| {
            let _span = Span::start("root");
            drop(Span::start("child"));
        });
        read(with_parent, Trust::Link).run(|| drop(Span::start("linked")));
        read(without, Trust::Link).run(|| drop(Span::start("alone")));
        read("garbage", Trust::Continue).run(|| drop(Span::start("new")));
    });
    let trace = |name: &str| captured.span(name).trace_id.to_string();
    assert_eq!(trace("below"), "5759e988bd862e3fe1be46a994272793");
    assert_eq!(captured.span("below").parent.unwrap().to_string(), "53995c3f42cd8ad8");
    assert_eq!(
        (trace("root"), captured.span("root").parent),
        ("67891233abcdef012345678912345678".to_owned(), None)
    );
    assert_eq!(
        (trace("child"), captured.span("child").parent),
        (trace("root"), Some(captured.span("root").span_id))
    );
    assert_eq!(captured.span("linked").links.len(), 1);
    for name in ["alone", "new"] {
        assert_eq!((captured.span(name).links.len(), captured.span(name).parent), (0, None));
    }
}
