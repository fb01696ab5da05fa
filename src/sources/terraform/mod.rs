//! Terraform: plans (`terraform show -json`), later state and source.

pub mod plan;
