//! What is written is read back, whatever it is.

use super::*;
use crate::model::Details;

const DETAILS: Details = Details { fields: &["rows", "query"], ..Details::DEFAULT };
const METADATA: Metadata = Metadata { details: Some(&DETAILS), ..Metadata::DEFAULT };

fn read(buffer: &FieldBuffer) -> Vec<(String, FieldValue<'static>)> {
    Fields::new(&METADATA, buffer.as_bytes())
        .map(|(name, value)| (name.to_owned(), value.into_owned()))
        .collect()
}

#[test]
fn what_is_written_is_read_back() {
    let mut buffer = FieldBuffer::default();
    buffer.push(FieldName::Declared(0), &FieldValue::Unsigned(7));
    buffer.push(FieldName::Free("late"), &FieldValue::Bool(true));
    buffer.text(FieldName::Declared(1), format_args!("a {}", "b"));
    assert_eq!(
        read(&buffer),
        [
            ("rows".to_owned(), FieldValue::Unsigned(7)),
            ("late".to_owned(), FieldValue::Bool(true)),
            ("query".to_owned(), FieldValue::Text(Cow::Borrowed("a b"))),
        ]
    );
}

#[test]
fn f65_no_name_is_taken_for_what_the_monitor_itself_says() {
    let mut buffer = FieldBuffer::default();
    let hostile = ["\0", "\0dropped", "\0link", "\0name", "\0trace_state", "", "unknown"];
    hostile.iter().for_each(|name| buffer.push(FieldName::Free(name), &FieldValue::Unsigned(7)));
    // A callsite with so many fields is none that a compiler would take, but still no way in.
    (OWN..=u16::MAX).for_each(|index| {
        buffer.push(FieldName::Declared(index.into()), &FieldValue::Unsigned(7));
    });
    buffer.text(FieldName::Own(Own::Name), format_args!("own"));
    buffer.lost(3);
    let names: Vec<_> = read(&buffer).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names[..hostile.len()], hostile);
    assert_eq!(names.len(), hostile.len() + usize::from(u16::MAX - OWN) + 1);
    let fields = Fields::new(&METADATA, buffer.as_bytes());
    for own in Own::ALL {
        let expected: &[FieldValue<'_>] = match own {
            Own::Dropped => &[FieldValue::Unsigned(3)],
            Own::Name => &[FieldValue::Text(Cow::Borrowed("own"))],
            Own::Link | Own::TraceState => &[],
        };
        assert_eq!(fields.own(own).collect::<Vec<_>>(), expected, "{own:?}");
    }
}

#[test]
fn f61_long_text_is_cut_at_a_character_boundary() {
    let mut buffer = FieldBuffer::default();
    buffer.text(FieldName::Declared(1), format_args!("x{}", "é".repeat(10_000_000)));
    let fields = read(&buffer);
    let FieldValue::Text(text) = &fields[0].1 else { panic!("not text") };
    assert_eq!(text.len(), TEXT_LIMIT - 1);
    assert!(text.ends_with('é'));
}

#[test]
fn f61_too_many_fields_are_dropped_and_counted() {
    let mut buffer = FieldBuffer::default();
    for index in 0..100_000 {
        buffer.push(FieldName::Declared(index), &FieldValue::Unsigned(1));
    }
    assert_eq!(read(&buffer).len(), 128);
    assert_eq!(buffer.dropped(), u16::MAX);
}

#[test]
fn f67_a_sealed_buffer_has_nothing_and_takes_nothing() {
    let mut buffer = FieldBuffer::default();
    let mut other = FieldBuffer::default();
    other.text(FieldName::Free("late"), format_args!("secret"));
    buffer.push(FieldName::Declared(0), &FieldValue::Unsigned(7));
    buffer.seal();
    buffer.text(FieldName::Declared(1), format_args!("secret"));
    buffer.append(&other);
    assert!(buffer.is_empty());
    buffer.clear();
    buffer.append(&other);
    assert_eq!(read(&buffer).len(), 1);
}

#[test]
fn garbage_ends_the_reading_and_does_not_panic() {
    for length in 0..64_u8 {
        let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37)).collect();
        assert!(Fields::new(&METADATA, &bytes).count() <= 64);
    }
}
