package dberr

import (
	"fmt"

	"gorm.io/gorm"
)

// UnsupportedError says that a database, or its driver, can't do what was
// asked and that it isn't emulated either. It is returned before anything
// is sent.
type UnsupportedError struct {
	Dialect string // name of the GORM dialector
	Feature string // what was asked, as "upsert"
	Remedy  string // what to do instead, or empty
}

// Error names dialect, feature and remedy.
func (e *UnsupportedError) Error() string {
	s := fmt.Sprintf("%s is not supported on %q", e.Feature, e.Dialect)
	if e.Remedy != "" {
		s += ": " + e.Remedy
	}
	return s
}

// Is reports whether target is gorm.ErrUnsupportedDriver.
func (e *UnsupportedError) Is(target error) bool { return target == gorm.ErrUnsupportedDriver }
