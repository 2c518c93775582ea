//! Points as Python's pickle, protocol 2: a list of `(path, (time, value))`, written as Python itself would. The
//! letters are those of `pickletools.py`.

use crate::recorders::graphite::encode::Number;
use crate::recorders::graphite::encode::Point;

/// What Carbon takes at once, in bytes: `MAX_LENGTH` of its receiver of pickles.
const LONGEST: usize = 1 << 20;
/// What Carbon's own relay sends at once: `MAX_DATAPOINTS_PER_MESSAGE`.
const POINTS: usize = 500;
/// What a point takes beyond its path, at most.
const OF_A_POINT: usize = 40;

const PROTO_2: [u8; 2] = [0x80, 2];
const EMPTY_LIST: u8 = b']';
const MARK: u8 = b'(';
const APPENDS: u8 = b'e';
const TUPLE_2: u8 = 0x86;
const STOP: u8 = b'.';
const UNICODE: u8 = b'X';
const INT_1: u8 = b'K';
const INT_2: u8 = b'M';
const INT_4: u8 = b'J';
const FLOAT: u8 = b'G';
const PUT: u8 = b'q';
const LONG_PUT: u8 = b'r';

/// Messages, each with its length before it. Also how many points had a path that fits no message.
pub(crate) fn pickles(points: &[Point], seconds: u64) -> (Vec<Vec<u8>>, u64) {
    let (fitting, too_long): (Vec<_>, Vec<_>) =
        points.iter().partition(|point| point.path.len() + OF_A_POINT * 2 < LONGEST);
    let mut messages = Vec::new();
    let mut rest = fitting.as_slice();
    while !rest.is_empty() {
        let mut length = OF_A_POINT;
        let fits = |point: &&&Point| {
            length += point.path.len() + OF_A_POINT;
            length < LONGEST
        };
        let count = rest.iter().take(POINTS).take_while(fits).count();
        let (now, later) = rest.split_at(count);
        messages.push(message(now, seconds));
        rest = later;
    }
    (messages, too_long.len() as u64)
}

fn message(points: &[&Point], seconds: u64) -> Vec<u8> {
    let mut pickle = Pickle { bytes: Vec::new(), memo: 0 };
    pickle.bytes.extend(PROTO_2);
    pickle.bytes.push(EMPTY_LIST);
    pickle.remember();
    pickle.bytes.push(MARK);
    for Point { path, value } in points {
        pickle.text(path);
        pickle.whole(i128::from(seconds));
        match value {
            Number::Float(value) => pickle.float(*value),
            Number::Signed(value) => pickle.whole(i128::from(*value)),
            Number::Unsigned(value) => pickle.whole(i128::from(*value)),
        }
        pickle.tuple();
        pickle.tuple();
    }
    pickle.bytes.extend([APPENDS, STOP]);
    let length = u32::try_from(pickle.bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    [length.as_slice(), &pickle.bytes].concat()
}

/// A pickle that is being written.
struct Pickle {
    bytes: Vec<u8>,
    /// How many objects are remembered, as Python does with all that could come again.
    memo: u32,
}

impl Pickle {
    fn remember(&mut self) {
        match u8::try_from(self.memo) {
            Ok(place) => self.bytes.extend([PUT, place]),
            Err(_) => {
                self.bytes.push(LONG_PUT);
                self.bytes.extend(self.memo.to_le_bytes());
            }
        }
        self.memo += 1;
    }

    fn text(&mut self, text: &str) {
        self.bytes.push(UNICODE);
        self.bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.bytes.extend(text.as_bytes());
        self.remember();
    }

    /// A whole number; beyond 31 bits as a float, which is what Carbon makes of it.
    fn whole(&mut self, value: i128) {
        if let Ok(value) = u8::try_from(value) {
            self.bytes.extend([INT_1, value]);
        } else if let Ok(value) = u16::try_from(value) {
            self.bytes.push(INT_2);
            self.bytes.extend(value.to_le_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.bytes.push(INT_4);
            self.bytes.extend(value.to_le_bytes());
        } else {
            self.float(value as f64);
        }
    }

    fn float(&mut self, value: f64) {
        self.bytes.push(FLOAT);
        self.bytes.extend(value.to_be_bytes());
    }

    fn tuple(&mut self) {
        self.bytes.push(TUPLE_2);
        self.remember();
    }
}
