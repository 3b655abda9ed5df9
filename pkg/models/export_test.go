package models

// ArchitecturesOfFiles is the number of those that a file can name.
var ArchitecturesOfFiles = len(architectures)
