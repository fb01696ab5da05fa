//! Floor 4: rules.

pub mod expression;
