//! The bits that a seed gives. A change here is a breaking change (CHANGELOG says so).
