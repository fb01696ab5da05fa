//! Several templates: nested, exporting and importing, assembled by the CDK.
