//! Lines that a person marked: from where to where, and as they stand in an address. People count from 1, offsets from 0.

/// An unbroken stretch of lines; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Where it began; it stays while the other end moves.
    pub anchor: u64,
    pub head: u64,
}

impl Selection {
    pub fn line(offset: u64) -> Self {
        Self { anchor: offset, head: offset }
    }

    pub fn first(self) -> u64 {
        self.anchor.min(self.head)
    }

    pub fn last(self) -> u64 {
        self.anchor.max(self.head)
    }

    pub fn contains(self, offset: u64) -> bool {
        (self.first()..=self.last()).contains(&offset)
    }

    pub fn count(self) -> u64 {
        (self.last() - self.first()).saturating_add(1)
    }

    /// Reads `120` or `120-180`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<u64>().ok()?.checked_sub(1);
        match text.split_once('-') {
            None => Some(Self::line(number(text)?)),
            Some((from, to)) => Some(Self { anchor: number(from)?, head: number(to)? }),
        }
    }

    pub fn to_address(self) -> String {
        let (first, last) = (self.first().saturating_add(1), self.last().saturating_add(1));
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_lines_as_people_count() {
        assert_eq!(Selection::parse("120-180"), Some(Selection { anchor: 119, head: 179 }));
        assert_eq!(Selection::parse("7"), Some(Selection::line(6)));
        assert_eq!(Selection { anchor: 179, head: 119 }.to_address(), "120-180");
        assert_eq!(Selection::line(6).to_address(), "7");
        for text in ["", "0", "x", "1-", "-5", "5-x"] {
            assert_eq!(Selection::parse(text), None, "{text}");
        }
    }
}
