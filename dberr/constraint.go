package dberr

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// Kind is the class of a violated constraint.
type Kind uint8

// The kinds of constraints that databases tell apart. The kind is read from
// the driver's error code, never from its text.
const (
	UnknownConstraint Kind = iota
	Unique                 // unique index, unique constraint or primary key
	ForeignKey             // a row that is referred to is missing, or one that refers is left
	Check                  // CHECK constraint
	NotNull                // NULL in a column that takes none
	Exclusion              // exclusion constraint (PostgreSQL)
)

// String returns the kind as it stands in messages: "unique", "foreign key".
func (k Kind) String() string {
	switch k {
	case Unique:
		return "unique"
	case ForeignKey:
		return "foreign key"
	case Check:
		return "check"
	case NotNull:
		return "not null"
	case Exclusion:
		return "exclusion"
	}
	return "unknown"
}

// ConstraintError is a violated constraint. Kind is certain; the names are
// what the database told, empty where it tells none.
//
// errors.Is finds GORM's sentinel for the kind (gorm.ErrDuplicatedKey,
// gorm.ErrForeignKeyViolated, gorm.ErrCheckConstraintViolated), whether
// gorm.Config.TranslateError is set or not; errors.As finds the driver's error.
type ConstraintError struct {
	Kind       Kind
	Table      string   // table of the constraint, or empty
	Constraint string   // name of the constraint or index, or empty
	Columns    []string // columns of the constraint, or empty
	Row        int      // index of the input row, -1 if unknown
	Err        error    // the driver's error
}

// Error names what is known of the constraint and ends in the driver's text.
func (e *ConstraintError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s constraint", e.Kind)
	if e.Constraint != "" {
		fmt.Fprintf(&b, " %q", e.Constraint)
	}
	if e.Table != "" {
		fmt.Fprintf(&b, " of table %q", e.Table)
	}
	if len(e.Columns) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(e.Columns, ", "))
	}
	b.WriteString(" violated")
	if e.Row >= 0 {
		fmt.Fprintf(&b, " by row %d", e.Row)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the driver's error.
func (e *ConstraintError) Unwrap() error { return e.Err }

// Is reports whether target is GORM's sentinel for the kind.
func (e *ConstraintError) Is(target error) bool {
	switch e.Kind {
	case Unique:
		return target == gorm.ErrDuplicatedKey
	case ForeignKey:
		return target == gorm.ErrForeignKeyViolated
	case Check:
		return target == gorm.ErrCheckConstraintViolated
	}
	return false
}
