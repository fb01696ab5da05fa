//! Terraform plan JSON.
