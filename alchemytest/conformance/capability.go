package conformance

import (
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// capability is something that databases can or can't do and that changes
// what a case may expect.
type capability int

const (
	capReturning        capability = iota // a write returns rows: one statement is enough to fill structs
	capPartialIndex                       // CREATE UNIQUE INDEX ... WHERE
	capNullsNotDistinct                   // UNIQUE NULLS NOT DISTINCT
	capOutcomesFree                       // an upsert tells inserted from updated without another read
	capSchemas                            // CREATE SCHEMA, and tables named schema.table
	capRowLocks                           // SELECT ... FOR UPDATE
	capSerializable                       // transactions at REPEATABLE READ and SERIALIZABLE that see a snapshot
	capStrictTypes                        // a column refuses values of another type, and lengths beyond its own
	capNULInText                          // a string may hold the byte 0
	capUint64                             // integers above 1<<63-1
	capMicroseconds                       // times keep microseconds and their instant
	capKillConnection                     // another session can end a connection
	capConcurrentWrites                   // two transactions write at the same time
)

// has tells whether the database of the case has the capability. It is the
// one place of the suite that knows databases by name.
func (e *env) has(c capability) bool {
	e.t.Helper()
	switch name := e.db.Dialector.Name(); name {
	case "postgres":
		switch c {
		case capReturning: // a setting of the dialector, too
			return slices.Contains(e.db.Callback().Create().Clauses, "RETURNING")
		case capNULInText, capUint64:
			return false
		case capNullsNotDistinct:
			return e.postgresMajor() >= 15
		}
		return true
	case "sqlite":
		switch c {
		case capReturning:
			return slices.Contains(e.db.Callback().Create().Clauses, "RETURNING")
		case capPartialIndex, capNULInText, capMicroseconds:
			return true
		}
		return false
	default:
		e.t.Fatalf("the suite does not know what %q can do: add it to capability.go", name)
		return false
	}
}

// postgresMajor is the first number of the server's version.
func (e *env) postgresMajor() int {
	e.t.Helper()
	var version string
	e.ok(e.db.Raw("SHOW server_version").Scan(&version).Error)
	digits, _, _ := strings.Cut(version, ".")
	major, err := strconv.Atoi(strings.Fields(digits)[0])
	e.ok(err)
	return major
}

// kill ends the connection of conn, a transaction, from another one, and
// returns when it is gone.
func (e *env) kill(conn gorm.ConnPool) {
	e.t.Helper()
	var pid int
	e.ok(conn.QueryRowContext(e.ctx, "SELECT pg_backend_pid()").Scan(&pid))
	pool, err := e.db.DB()
	e.ok(err)
	var gone bool
	e.ok(pool.QueryRowContext(e.ctx, "SELECT pg_terminate_backend($1, 10000)", pid).Scan(&gone))
	if !gone {
		e.t.Fatalf("connection %d is still there", pid)
	}
}

// nativeType picks the column type of a custom field type: databases spell
// their uuid and their JSON differently, or have none.
func nativeType(db *gorm.DB, postgres, other string) string {
	if db.Dialector.Name() == "postgres" {
		return postgres
	}
	return other
}
