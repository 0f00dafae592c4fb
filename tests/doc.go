// Package tests runs the conformance suite on every database, a small file
// each, and holds what only one of them can be asked.
package tests
