package clauses

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/internal/config"
)

// Duplicates says what an upsert does with a key that stands in one batch
// more than once.
type Duplicates uint8

const (
	// Sequential gives what the rows one by one, in order, would give.
	Sequential Duplicates = iota
	// Reject returns dberr.ErrDuplicateRow before anything is written.
	Reject
)

// Outcome is what an upsert did with one row.
type Outcome uint8

const (
	// Unknown says that the database can't tell.
	Unknown Outcome = iota
	// Inserted says that there was no match and the row is new.
	Inserted
	// Updated says that the match was written.
	Updated
	// Unchanged says that the match was equal and SkipUnchanged left it alone.
	Unchanged
	// Ignored says that there was a match, which DoNothing or Where left alone.
	Ignored
)

// String returns the outcome in lower case, as "inserted".
func (o Outcome) String() string {
	switch o {
	case Inserted:
		return "inserted"
	case Updated:
		return "updated"
	case Unchanged:
		return "unchanged"
	case Ignored:
		return "ignored"
	}
	return "unknown"
}

// Upsert makes a create write rows whose key exists already: insert what is
// new, update what matches. Give it to Clauses of a GORM create, to gorm.G,
// or to the Upsert verbs of a repository:
//
//	db.Clauses(clauses.Upsert{Match: []string{"slug"}}).Create(&posts)
//
// The zero value matches by primary key and updates everything. Names are
// those of struct fields or columns.
//
// On PostgreSQL and SQLite it becomes
//
//	INSERT INTO "posts" ("slug","title") VALUES ($1,$2),($3,$4)
//	ON CONFLICT ("slug") DO UPDATE SET "title"="excluded"."title" RETURNING ...
//
// Every struct gets its own row back: key, database defaults, and the
// stored value of every column that the update left alone. It is safe under
// concurrency: the decision between insert and update is the database's.
type Upsert struct {
	// Match names the fields that identify a row. They must be exactly a
	// unique key of the model or the table. Default: the primary key.
	Match []string

	// Fields names the columns that are written on insert and on update;
	// match fields are added by themselves. A field named here is written
	// even when it is zero, but a zero value with a database default takes
	// the default. Default: all, so a half-filled struct writes zeros.
	Fields []string

	// Update names the columns that a match gets. Default: all that are
	// written but primary key, match, created-at, deleted-at and version
	// columns, and columns with a default that this row leaves unset.
	Update []string

	// Set adds assignments to the update; values may be expressions such as
	// gorm.Expr("posts.views + ?", Excluded("views")). Write the table before
	// a stored column: its bare name could mean the new row's as well.
	Set []clause.Assignment

	// DoNothing leaves a match as it is. The struct gets the stored row.
	DoNothing bool

	// Where holds the conditions under which a match is updated; otherwise
	// it is left alone and the struct gets the stored row.
	Where []clause.Expression

	// SkipUnchanged leaves a match alone, its updated-at included, when all
	// columns to update are equal.
	SkipUnchanged bool

	// Revive brings back a match that was deleted softly. Default: such a
	// match is dberr.ErrMatchDeleted.
	Revive bool

	// Duplicates says what happens to a key that stands in the batch twice.
	// Default: Sequential.
	Duplicates Duplicates

	// Outcomes, when it isn't nil, is appended what was done, one entry a
	// row in input order. A failed call appends nothing.
	Outcomes *[]Outcome
}

var (
	_ clause.Expression      = Upsert{}
	_ gorm.StatementModifier = Upsert{}
)

// upsertKey is the name under which an Upsert is kept in Statement.Clauses.
const upsertKey = "alchemy:upsert"

// Build writes nothing: an Upsert is read by the create callback.
func (Upsert) Build(clause.Builder) {}

// ModifyStatement puts the clause into the statement, where the create
// callback finds it. GORM calls it from Clauses and gorm.G. Without the
// plugin in use it fails with dberr.ErrNotInstalled.
func (u Upsert) ModifyStatement(stmt *gorm.Statement) {
	if _, err := config.Of(stmt.DB); err != nil {
		_ = stmt.AddError(err) // AddError returns what it was given
		return
	}
	stmt.Clauses[upsertKey] = clause.Clause{Name: upsertKey, Expression: u}
}

// UpsertOf returns the Upsert in a statement, if there is one. It is for
// callbacks of plugins that work beside this one.
func UpsertOf(stmt *gorm.Statement) (Upsert, bool) {
	u, ok := stmt.Clauses[upsertKey].Expression.(Upsert)
	return u, ok
}
