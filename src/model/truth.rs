//! Kleene's three-valued logic, in which the third value says why.

use super::why::Reasons;

/// True, false, or unknown because.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It cannot be said, because.
    Unknown(Reasons),
}

impl Truth {
    /// Conjunction: false wins over unknown.
    #[must_use]
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::False => Self::False,
            Self::True => other(),
            Self::Unknown(a) => match other() {
                Self::False => Self::False,
                Self::True => Self::Unknown(a),
                Self::Unknown(b) => Self::Unknown(a.and(&b)),
            },
        }
    }

    /// Disjunction: true wins over unknown.
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::True => Self::True,
            Self::False => other(),
            Self::Unknown(a) => match other() {
                Self::True => Self::True,
                Self::False => Self::Unknown(a),
                Self::Unknown(b) => Self::Unknown(a.and(&b)),
            },
        }
    }

    /// True exactly if it is [`Truth::True`].
    pub fn is_true(&self) -> bool {
        matches!(self, Self::True)
    }

    /// True exactly if it is [`Truth::False`].
    pub fn is_false(&self) -> bool {
        matches!(self, Self::False)
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(b: bool) -> Self {
        if b { Self::True } else { Self::False }
    }
}
