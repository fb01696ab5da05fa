//! spell
