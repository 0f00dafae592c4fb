package dberr

import (
	"errors"

	"gorm.io/gorm"
)

// wrapping is a sentinel that stands for one of GORM's as well, without
// repeating its text.
type wrapping struct {
	text string
	gorm error
}

func (w *wrapping) Error() string { return w.text }
func (w *wrapping) Unwrap() error { return w.gorm }

// The sentinels below are wrapped by the errors the library returns; test
// for them with errors.Is. Where GORM has a sentinel of the same meaning,
// ours wraps it, so that errors.Is finds both.
var (
	// ErrNotInstalled says that the *gorm.DB has no alchemy plugin in use.
	// Every clause, scope and repository of this module returns it; the
	// remedy is db.Use(alchemy.New(alchemy.Config{})).
	ErrNotInstalled = errors.New("the alchemy plugin is not in use on this *gorm.DB: call db.Use(alchemy.New(alchemy.Config{})) once after gorm.Open")

	// ErrMisuse says that a clause or a verb was used where it has no
	// meaning: Upsert on a query, Upsert beside clause.OnConflict, options
	// that contradict each other, a Where on a create, New of a pointer type.
	ErrMisuse = errors.New("misuse")

	// ErrUnknownField says that a name is neither a field nor a column of
	// the model. The message holds the nearest name there is.
	ErrUnknownField error = &wrapping{"unknown field", gorm.ErrInvalidField}

	// ErrInvalidValue says that a value can't be written: not a struct, a
	// nil pointer, a nil element (the message holds its index).
	ErrInvalidValue error = &wrapping{"value can not be written", gorm.ErrInvalidData}

	// ErrInvalidKey says that a primary key given to Get, Update or Delete
	// has the wrong number of parts, a nil part, an unknown name or a zero
	// value.
	ErrInvalidKey error = &wrapping{"invalid key", gorm.ErrPrimaryKeyRequired}

	// ErrMatchNotUnique says that no unique key consists of exactly the
	// match fields of an upsert. The message lists the unique keys.
	ErrMatchNotUnique = errors.New("match fields are no unique key")

	// ErrNullMatch says that a row has a nil value in a match field, which
	// would never match. The message names field and row.
	ErrNullMatch = errors.New("nil in a match field")

	// ErrMatchDeleted says that an upsert matched a row that is deleted
	// softly. Set Upsert.Revive to bring such rows back, or match on a key
	// that leaves deleted rows out.
	ErrMatchDeleted = errors.New("match on a soft-deleted row")

	// ErrDuplicateRow says that a batch holds the same match key twice
	// while Upsert.Duplicates is Reject.
	ErrDuplicateRow = errors.New("key twice in one batch")

	// ErrRowGone says that a row which blocked an insert was gone when it
	// was read back, again and again: other writers keep inserting and
	// deleting it.
	ErrRowGone = errors.New("conflicting row vanished before it could be read")

	// ErrMultipleRows says that a query for one row found several.
	ErrMultipleRows = errors.New("more than one row found")

	// ErrOtherTransaction says that the transaction in the ctx is not the
	// one that a repository is bound to by WithDB, or has ended.
	ErrOtherTransaction = errors.New("transaction in ctx does not fit")

	// ErrRetryable says that the database gave up this transaction for the
	// sake of another (deadlock, serialization failure, lock timeout) and
	// that running the whole transaction again may succeed.
	ErrRetryable = errors.New("transaction may succeed when run again")

	// ErrConnection says that the connection to the database was lost, or
	// the pool was closed.
	ErrConnection = errors.New("connection lost")
)
