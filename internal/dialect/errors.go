package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
)

// class is what an error code comes to.
type class uint8

const (
	other class = iota
	unique
	foreignKey
	check
	notNull
	exclusion
	retryable
	busy        // the whole database is locked
	cardinality // one statement hits a row twice
	noSystemColumn
	wrongType
	lost // connection
)

var kinds = map[class]dberr.Kind{
	unique: dberr.Unique, foreignKey: dberr.ForeignKey, check: dberr.Check,
	notNull: dberr.NotNull, exclusion: dberr.Exclusion,
}

// Wrap gives a driver's error the type of this module that fits:
// *dberr.ConstraintError, dberr.ErrRetryable or dberr.ErrConnection. The
// driver's error stays in the chain. An error that is wrapped already, or
// that nothing is known of, is returned as it is.
func (d *Dialect) Wrap(err error) error { return d.WrapRow(err, -1) }

// WrapRow is Wrap for an error that input row number row caused; -1 if unknown.
func (d *Dialect) WrapRow(err error, row int) error {
	if err == nil {
		return nil
	}
	var known *dberr.ConstraintError
	if errors.As(err, &known) || errors.Is(err, dberr.ErrRetryable) || errors.Is(err, dberr.ErrConnection) {
		return err
	}
	switch c, origin := d.classify(err); c {
	case unique, foreignKey, check, notNull, exclusion:
		e := &dberr.ConstraintError{Kind: kinds[c], Row: row, Err: err}
		if origin != nil {
			describeConstraint(origin, e)
		}
		return e
	case retryable, busy:
		return fmt.Errorf("%w: %w", dberr.ErrRetryable, err)
	case lost:
		return fmt.Errorf("%w: %w", dberr.ErrConnection, err)
	}
	return err
}

// Retryable reports whether running the transaction again may succeed.
func (d *Dialect) Retryable(err error) bool {
	if errors.Is(err, dberr.ErrRetryable) {
		return true
	}
	c, _ := d.classify(err)
	return c == retryable || c == busy
}

// IsUnique reports whether a statement violated a unique key.
func (d *Dialect) IsUnique(err error) bool {
	c, _ := d.classify(err)
	return c == unique
}

// HitsTwice reports whether a statement was refused because two of its own
// rows hit the same stored row.
func (d *Dialect) HitsTwice(err error) bool {
	c, _ := d.classify(err)
	return c == cardinality
}

// classify returns the class of an error and the driver's error in its
// chain that told it.
func (d *Dialect) classify(err error) (class, error) {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return other, nil
	}
	var found class
	var origin error
	walk(err, func(e error) bool {
		found = classOf(e)
		origin = e
		return found != other
	})
	if found != other {
		return found, origin
	}
	return classOfSentinel(err), nil
}

// walk visits err and all it wraps, until visit returns true.
func walk(err error, visit func(error) bool) bool {
	for err != nil {
		if visit(err) {
			return true
		}
		switch u := err.(type) { //nolint:errorlint // this is the walk that errors.As does
		case interface{ Unwrap() error }:
			err = u.Unwrap()
		case interface{ Unwrap() []error }:
			for _, e := range u.Unwrap() {
				if walk(e, visit) {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
	return false
}

// classOfSentinel classifies by the sentinels of GORM and the standard
// library: a translated error has lost its code.
func classOfSentinel(err error) class {
	var netErr net.Error
	switch {
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return unique
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return foreignKey
	case errors.Is(err, gorm.ErrCheckConstraintViolated):
		return check
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, net.ErrClosed),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.As(err, &netErr):
		return lost
	case err.Error() == closedPool:
		return lost
	}
	return other
}

// closedPool is the text of the error for a closed *sql.DB, which
// database/sql does not export.
const closedPool = "sql: database is closed"

// classOf reads the code of one error of a driver. The drivers are not
// imported: their errors are known by method or by the name of the field.
func classOf(err error) class {
	if e, ok := err.(interface{ SQLState() string }); ok {
		return classOfState(e.SQLState())
	}
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct {
		return other
	}
	if f := v.FieldByName("ExtendedCode"); f.IsValid() && f.CanInt() {
		primary := int(f.Int()) & 0xff
		if c := v.FieldByName("Code"); primary == 0 && c.IsValid() && c.CanInt() {
			primary = int(c.Int())
		}
		return classOfSQLite(int(f.Int()), primary)
	}
	switch e := err.(type) { //nolint:errorlint // walk unwraps
	case interface{ Code() int }:
		return classOfSQLite(e.Code(), e.Code()&0xff)
	case interface{ ExtendedCode() uint16 }:
		return classOfSQLite(int(e.ExtendedCode()), int(e.ExtendedCode())&0xff)
	}
	return other
}

// classOfState reads a SQLSTATE of PostgreSQL.
func classOfState(state string) class {
	switch state {
	case "23505":
		return unique
	case "23503":
		return foreignKey
	case "23514":
		return check
	case "23502":
		return notNull
	case "23P01":
		return exclusion
	case "40001", "40P01", "55P03":
		return retryable
	case "21000":
		return cardinality
	case "0A000":
		return noSystemColumn
	case "42804", "42846", "42704", "42883":
		return wrongType
	case "57P01", "57P02", "57P03":
		return lost
	}
	if len(state) == 5 && state[:2] == "08" {
		return lost
	}
	return other
}

// classOfSQLite reads a result code of SQLite.
func classOfSQLite(extended, primary int) class {
	switch extended {
	case 2067, 1555, 2579: // UNIQUE, PRIMARYKEY, ROWID
		return unique
	case 787, 1811: // FOREIGNKEY, TRIGGER raised for a foreign key
		return foreignKey
	case 275:
		return check
	case 1299:
		return notNull
	}
	switch primary {
	case 5, 6: // BUSY, LOCKED
		return busy
	}
	return other
}
