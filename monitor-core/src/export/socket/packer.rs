//! Lines joined into datagrams.

/// The payload that fits a packet of Ethernet, with IPv6 and UDP headers and some options: what StatsD's own
/// documentation advises for a local network.
pub(crate) const LAN_DATAGRAM: usize = 1_432;

/// Joins lines into datagrams of at most so many bytes, and never splits a line.
///
/// What is longer than a datagram, or no single line, is refused and counted.
#[derive(Debug)]
pub(crate) struct Packer {
    limit: usize,
    /// Every line with its line feed.
    bytes: Vec<u8>,
    /// Where each datagram but the last one ends.
    ends: Vec<usize>,
    refused: u64,
}

impl Packer {
    /// For datagrams of at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, bytes: Vec::new(), ends: Vec::new(), refused: 0 }
    }

    /// Adds a line, which is told without its line feed.
    pub(crate) fn push(&mut self, line: impl AsRef<[u8]>) {
        let line = line.as_ref();
        if line.is_empty() || line.len() > self.limit || line.contains(&b'\n') {
            self.refused += 1;
        } else {
            self.add(line);
        }
    }

    /// Adds lines that must arrive in their order: in one datagram.
    pub(crate) fn push_together(&mut self, lines: &[String]) {
        let joined = lines.join("\n");
        if joined.len() > self.limit || joined.split('\n').count() != lines.len() {
            self.refused += lines.len() as u64;
        } else {
            self.add(joined.as_bytes());
        }
    }

    fn add(&mut self, line: &[u8]) {
        let begin = self.ends.last().copied().unwrap_or(0);
        // The line feed of the last line is not sent.
        if self.bytes.len() > begin && self.bytes.len() - begin + line.len() > self.limit {
            self.ends.push(self.bytes.len());
        }
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
    }

    /// The most bytes of a datagram.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// How many lines were refused so far.
    pub(crate) fn refused(&self) -> u64 {
        self.refused
    }

    /// The datagrams: lines with line feeds between them.
    pub(crate) fn datagrams(&self) -> impl Iterator<Item = &[u8]> {
        let mut begin = 0;
        let ends = self.ends.iter().copied().chain([self.bytes.len()]);
        ends.filter_map(move |end| {
            let datagram = self.bytes.get(std::mem::replace(&mut begin, end)..end)?;
            datagram.strip_suffix(b"\n")
        })
    }

    /// All lines, each with its line feed.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(limit: usize, lines: &[&str], expected: &[&str], refused: u64) {
        let mut packer = Packer::new(limit);
        lines.iter().for_each(|line| packer.push(line));
        let datagrams: Vec<_> = packer.datagrams().map(|it| std::str::from_utf8(it).unwrap()).collect();
        assert_eq!((datagrams.as_slice(), packer.refused()), (expected, refused));
    }

    #[test]
    fn f49_a_datagram_is_full_lines_and_never_longer_than_said() {
        check(7, &["abc", "def", "g"], &["abc\ndef", "g"], 0);
        check(6, &["abc", "def", "g"], &["abc", "def\ng"], 0);
        check(3, &["abc", "def"], &["abc", "def"], 0);
        check(100, &[], &[], 0);
    }

    #[test]
    fn what_fits_no_datagram_or_is_no_line_is_counted() {
        check(3, &["abcd", "abc", ""], &["abc"], 2);
        check(100, &["a\nb", "c"], &["c"], 1);
    }

    #[test]
    fn what_belongs_together_is_not_torn_apart() {
        let mut packer = Packer::new(7);
        packer.push("abc");
        packer.push_together(&["de".to_owned(), "fg".to_owned()]);
        packer.push_together(&["too".to_owned(), "long".to_owned()]);
        assert_eq!(packer.datagrams().collect::<Vec<_>>(), [b"abc".as_slice(), b"de\nfg"]);
        assert_eq!(packer.refused(), 2);
    }

    #[test]
    fn a_stream_has_a_line_feed_after_each_line() {
        let mut packer = Packer::new(usize::MAX);
        ["a", "b"].iter().for_each(|line| packer.push(line));
        assert_eq!(packer.bytes(), b"a\nb\n");
    }
}
