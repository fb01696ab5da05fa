//! Text files in memory, byte spans, and the line index that turns an offset into line and column.
//!
//! Owns file contents once read. Must not open files (sources and the front do).

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Shared immutable text: names, addresses, values. Cheap to clone.
pub type Text = Arc<str>;

/// A byte range in one file. Files above 4 GiB are refused before a span is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; offsets beyond 4 GiB saturate.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }

    /// The same as a `Range<usize>`.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Number of bytes.
    pub fn len(self) -> usize {
        (self.end.saturating_sub(self.start)) as usize
    }

    /// True for a span of no bytes.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Index of a file in [`Files`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FileId(pub u32);

/// Where something stands: a span of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}

/// One file: its name as the user would type it, its text, and where its lines begin.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as shown to the user.
    pub name: Text,
    /// The whole text.
    pub text: Text,
    lines: Vec<u32>,
}

impl SourceFile {
    /// Indexes the lines of `text`.
    pub fn new(name: &str, text: Text) -> Self {
        let mut lines = vec![0u32];
        for (i, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                lines.push(u32::try_from(i + 1).unwrap_or(u32::MAX));
            }
        }
        Self { name: name.into(), text, lines }
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let line = self.lines.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.line_start(line);
        let end = floor_char(&self.text, offset as usize);
        let column = self.text.get(start..end).map_or(0, |s| s.chars().count());
        (count(line) + 1, count(column) + 1)
    }

    /// Byte offset at which a line (from 0) begins; the text's end for a line that is not there.
    pub fn line_start(&self, line: usize) -> usize {
        self.lines.get(line).map_or(self.text.len(), |&n| n as usize)
    }

    /// The line (from 0) that holds a byte offset.
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start as usize <= offset).saturating_sub(1)
    }

    /// Number of lines.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The nearest character boundary at or below `at`.
fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// All files of a run. Shared by everything that makes or shows a [`Place`].
#[derive(Debug, Default)]
pub struct Files {
    files: Vec<Arc<SourceFile>>,
}

impl Files {
    /// Adds a file and gives it an id.
    pub fn add(&mut self, name: &str, text: impl Into<Text>) -> FileId {
        let id = FileId(count(self.files.len()));
        self.files.push(Arc::new(SourceFile::new(name, text.into())));
        id
    }

    /// The file of an id made by [`Files::add`].
    pub fn get(&self, id: FileId) -> Option<&Arc<SourceFile>> {
        self.files.get(id.0 as usize)
    }

    /// Blots out what a place covers: every character but line ends becomes `*`. Lengths and lines stay as
    /// they are, so that other places in the file still hold.
    pub fn blot(&mut self, place: Place) {
        let Some(file) = self.files.get_mut(place.file.0 as usize) else { return };
        let range = place.span.range();
        let (Some(head), Some(inside), Some(tail)) =
            (file.text.get(..range.start), file.text.get(range.clone()), file.text.get(range.end..))
        else {
            return;
        };
        let stars: String = inside
            .chars()
            .map(|c| if c == '\n' || c == '\r' { c.to_string() } else { "*".repeat(c.len_utf8()) })
            .collect();
        let text: Text = format!("{head}{stars}{tail}").into();
        *file = Arc::new(SourceFile { name: file.name.clone(), text, lines: file.lines.clone() });
    }

    /// The text that a place covers.
    pub fn slice(&self, place: Place) -> &str {
        self.get(place.file).and_then(|f| f.text.get(place.span.range())).unwrap_or("")
    }

    /// Every file with its id.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Arc<SourceFile>)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(count(i)), f))
    }
}

/// Decodes the bytes of a text file: UTF-8, or UTF-16 with a byte order mark. The mark is dropped.
///
/// # Errors
/// What is wrong, in one sentence, for anything else: binary files, other encodings.
pub fn decode(bytes: Vec<u8>) -> Result<String, String> {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        _ => {}
    }
    let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => rest.to_vec(),
        None => bytes,
    };
    match String::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => Err(BINARY.into()),
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let control = bytes.iter().take(1024).filter(|b| **b < 9 || (14..32).contains(*b)).count();
            if control > 0 {
                return Err(BINARY.into());
            }
            let line = bytes.iter().take(at).filter(|b| **b == b'\n').count() + 1;
            Err(format!("the text is not UTF-8: line {line} has a byte that does not belong there"))
        }
    }
}

const BINARY: &str = "this is a binary file, not text";

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("the text begins as UTF-16 and ends in half a character".into());
    }
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|p| unit(*p))).collect();
    match text {
        Ok(text) if text.contains('\0') => Err(BINARY.into()),
        Ok(text) => Ok(text),
        Err(_) => Err("the text begins as UTF-16 and is not".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_reads_utf8_and_utf16_and_refuses_the_rest() {
        let utf16 = |mark: [u8; 2], f: fn(u16) -> [u8; 2]| {
            mark.into_iter().chain("aé😀".encode_utf16().flat_map(f)).collect::<Vec<u8>>()
        };
        assert_eq!(decode(b"a\xC3\xA9".to_vec()).unwrap(), "aé");
        assert_eq!(decode(b"\xEF\xBB\xBFa".to_vec()).unwrap(), "a");
        assert_eq!(decode(utf16([0xFF, 0xFE], u16::to_le_bytes)).unwrap(), "aé😀");
        assert_eq!(decode(utf16([0xFE, 0xFF], u16::to_be_bytes)).unwrap(), "aé😀");
        assert!(decode(b"\x7fELF\x02\x01\x00\x00".to_vec()).unwrap_err().contains("binary"));
        assert!(decode(b"\x89PNG\r\n\x1a\n\xff".to_vec()).unwrap_err().contains("binary"));
        assert!(decode(b"ok\nna\xEFve".to_vec()).unwrap_err().contains("line 2"));
        assert!(decode(vec![0xFF, 0xFE, 0x41]).unwrap_err().contains("half"));
    }
}
