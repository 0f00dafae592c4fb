package repository

import (
	"maps"
	"slices"
)

// Options binds a repository to a part of its table. Nil means no bounds.
type Options struct {
	// Scopes are applied to every read, update and delete, DB included, and
	// never to a create. Their conditions stand in brackets of their own, so
	// that an Or of a caller can't reach around them. Default: none.
	Scopes []Scope

	// Values are columns with one value in all rows of this repository, such
	// as the tenant. Keys are names of fields or columns. On insert they are
	// set in each struct; a struct that holds another value already is
	// refused with dberr.ErrMisuse. Reads, updates and deletes get
	// WHERE column = value. Default: none.
	Values map[string]any
}

// clone copies what New must not share with its caller.
func (o *Options) clone() Options {
	if o == nil {
		return Options{}
	}
	return Options{Scopes: slices.Clone(o.Scopes), Values: maps.Clone(o.Values)}
}
