package app

// SavedName for tests from outside.
var SavedName = savedName
