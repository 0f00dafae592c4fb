// Package dialect is the one place that knows how databases differ.
package dialect

import "gorm.io/gorm"

// Dialect is what one database can do and how it says it.
type Dialect struct{ name string }

// New returns the dialect of db.
func New(db *gorm.DB) *Dialect { return &Dialect{name: db.Dialector.Name()} }
