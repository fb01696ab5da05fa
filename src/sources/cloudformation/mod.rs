//! CloudFormation templates, nested stacks, CDK cloud assemblies, SAM.
