// Package dberr holds the errors that all packages of alchemy share.
//
// Test for a sentinel with [errors.Is], for a struct with [errors.As]:
//
//	var c *dberr.ConstraintError
//	if errors.As(err, &c) && c.Kind == dberr.Unique { ... c.Constraint ... }
//
// The error of the database driver stays in the chain, so errors.As finds
// it too. The package imports no driver.
package dberr
