package app

// SavedName for tests from outside.
var SavedName = savedName

// WithoutMetadata for tests from outside.
var WithoutMetadata = withoutMetadata

// Share for tests from outside.
var Share = share
