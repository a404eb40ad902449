//! One conformance suite over every law. Filled by the next commits.
