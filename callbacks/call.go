package callbacks

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"sync/atomic"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/config"
	"github.com/gormalchemy/alchemy/internal/mark"
)

// creator holds what the create callbacks share.
type creator struct {
	config   *config.Config
	original func(*gorm.DB) // the dialector's own gorm:create
}

const (
	callKey = "alchemy:call"
	rootKey = "alchemy:root" // reaches the creates of associations
)

// boundary says what undoes the writes of a call.
type boundary uint8

const (
	nothing     boundary = iota // no transaction, or the caller's
	gormsOwn                    // the transaction that GORM began for the call
	ours                        // a transaction that begin opened
	atSavepoint                 // a savepoint in the caller's transaction
)

// call is the state of one create, from check to restore.
type call struct {
	stmt      *gorm.Statement
	upsert    *upsert
	boundary  boundary
	savepoint string
	pool      gorm.ConnPool // to put back when ours ends
	saved     []snapshot    // its own and those of association creates
	outcomes  []clauses.Outcome
	failure   error
	wrote     bool // rows of this call are in the database
	isRoot    bool
}

// callOf returns the state of the call that db runs. The settings of a
// statement are copied to those of its associations, which have their own.
func callOf(db *gorm.DB) *call {
	v, _ := db.Statement.Settings.Load(callKey)
	if c, ok := v.(*call); ok && c.stmt == db.Statement {
		return c
	}
	return nil
}

// check resolves the clauses, before GORM begins its transaction.
func (w *creator) check(db *gorm.DB) {
	stmt := db.Statement
	u, isUpsert := clauses.UpsertOf(stmt)
	if isUpsert && errors.Is(db.Error, gorm.ErrInvalidValue) {
		db.Error = fmt.Errorf("alchemy: Upsert of a nil %T: give a pointer to a struct or a slice: %w; %w", stmt.Dest, dberr.ErrInvalidValue, db.Error)
	}
	if db.Error != nil {
		return
	}
	c := &call{stmt: stmt}
	if isUpsert {
		plan, err := w.resolve(stmt, u)
		if err != nil {
			fail(db, err)
			return
		}
		c.upsert = plan
	}
	stmt.Settings.Store(callKey, c)
}

// begin notes what the structs hold and opens the boundary the call needs.
func (w *creator) begin(db *gorm.DB) {
	c := callOf(db)
	if c == nil || db.Error != nil {
		return
	}
	stmt := db.Statement
	c.remember(db)
	if db.DryRun {
		return
	}
	if _, started := db.InstanceGet("gorm:started_transaction"); started {
		c.boundary = gormsOwn
		return
	}
	if _, inTx := stmt.ConnPool.(gorm.TxCommitter); inTx {
		if w.wantsSavepoint(stmt, c) {
			c.openSavepoint(db)
		}
		return
	}
	if c.upsert != nil && c.upsert.needsTransaction(stmt) {
		c.openTransaction(db)
	}
}

// wantsSavepoint decides by verb, never by the number of rows.
func (w *creator) wantsSavepoint(stmt *gorm.Statement, c *call) bool {
	_, isVerb := mark.Of(stmt)
	if stmt.DisableNestedTransaction || (c.upsert == nil && !isVerb) {
		return false
	}
	switch w.config.Savepoints {
	case config.SavepointsAlways:
		return true
	case config.SavepointsNever:
		return false
	}
	return isMany(stmt)
}

// allowsSavepoints reports whether the user wants savepoints at all.
func (w *creator) allowsSavepoints() bool {
	return w.config.Savepoints != config.SavepointsNever
}

// isMany reports whether the destination is a slice of rows.
func isMany(stmt *gorm.Statement) bool {
	k := stmt.ReflectValue.Kind()
	return k == reflect.Slice || k == reflect.Array
}

// openTransaction begins a transaction of ours, where there is none.
func (c *call) openTransaction(db *gorm.DB) {
	stmt := db.Statement
	tx := fresh(db).Begin()
	if tx.Error != nil {
		fail(db, tx.Error)
		return
	}
	c.boundary, c.pool, stmt.ConnPool = ours, stmt.ConnPool, tx.Statement.ConnPool
}

var savepoints atomic.Uint64

// openSavepoint sets a savepoint in the caller's transaction.
func (c *call) openSavepoint(db *gorm.DB) {
	name := "alchemy" + strconv.FormatUint(savepoints.Add(1), 10)
	if err := fresh(db).SavePoint(name).Error; err != nil {
		fail(db, fmt.Errorf("alchemy: savepoint: %w", err))
		return
	}
	c.boundary, c.savepoint = atSavepoint, name
}

// end closes what begin, or create, opened.
func (w *creator) end(db *gorm.DB) {
	c := callOf(db)
	if c == nil {
		return
	}
	if c.upsert != nil && db.Error != nil {
		db.Error = w.config.Dialect.Wrap(db.Error)
	}
	c.failure = db.Error
	switch c.boundary {
	case ours:
		c.endTransaction(db)
	case atSavepoint:
		c.endSavepoint(db)
	}
}

func (c *call) endTransaction(db *gorm.DB) {
	stmt := db.Statement
	committer, ok := stmt.ConnPool.(gorm.TxCommitter)
	stmt.ConnPool = c.pool
	if !ok {
		return
	}
	if db.Error != nil {
		if err := committer.Rollback(); err != nil {
			addError(db, err)
		}
		return
	}
	if err := committer.Commit(); err != nil {
		fail(db, err)
	}
}

func (c *call) endSavepoint(db *gorm.DB) {
	tx := fresh(db)
	if db.Error != nil {
		if err := tx.RollbackTo(c.savepoint).Error; err != nil {
			addError(db, fmt.Errorf("alchemy: roll back to savepoint: %w", err))
			c.boundary = nothing
			return
		}
	}
	// A prepared RELEASE would be kept for ever: each name is used once.
	if p, ok := tx.Statement.ConnPool.(*gorm.PreparedStmtTX); ok {
		tx.Statement.ConnPool = p.Tx
	}
	if err := tx.Exec("RELEASE SAVEPOINT " + c.savepoint).Error; err != nil {
		addError(db, fmt.Errorf("alchemy: release savepoint: %w", err))
	}
}

// restore gives back the structs of a call whose rows are not there.
func (w *creator) restore(db *gorm.DB) {
	c := callOf(db)
	if c == nil {
		return
	}
	if c.failure != nil && !errors.Is(db.Error, c.failure) {
		db.Error = &chained{error: db.Error, first: c.failure}
	}
	db.Statement.Settings.Delete(callKey)
	if c.isRoot {
		db.Statement.Settings.Delete(rootKey)
	}
	if db.Error == nil && c.upsert != nil && c.upsert.Outcomes != nil {
		*c.upsert.Outcomes = append(*c.upsert.Outcomes, c.outcomes...)
	}
	if db.Error == nil || (c.boundary == nothing && c.wrote) {
		return
	}
	db.RowsAffected = 0
	if r := db.Statement.Result; r != nil {
		r.RowsAffected = 0
	}
	c.giveBack(db.Statement.Context)
}

// giveBack puts back what the structs of the call held.
func (c *call) giveBack(ctx context.Context) {
	for i := len(c.saved) - 1; i >= 0; i-- {
		c.saved[i].restore(ctx)
	}
}

// remember notes what the structs of the call hold, for itself and for the
// call whose association it saves.
func (c *call) remember(db *gorm.DB) {
	s := takeSnapshot(db.Statement)
	c.saved = append(c.saved, s)
	if v, ok := db.Get(rootKey); ok {
		if root, ok := v.(*call); ok {
			root.saved = append(root.saved, s)
			return
		}
	}
	c.isRoot = true
	db.Statement.Settings.Store(rootKey, c)
}

// fresh returns a session on the statement's own connection that carries
// neither its clauses nor its error.
func fresh(db *gorm.DB) *gorm.DB {
	s := db.Session(&gorm.Session{NewDB: true})
	s.Error = nil
	return s
}

// fail makes err the error of the call. Unlike AddError it is not handed to
// the dialector's translation, which would drop what ours tells; its own
// types answer errors.Is for GORM's sentinels.
func fail(db *gorm.DB, err error) {
	if db.Error != nil {
		addError(db, err)
		return
	}
	db.Error = err
	if r := db.Statement.Result; r != nil {
		r.Error = err
	}
}

// addError adds a second error behind the one that made the call fail.
func addError(db *gorm.DB, err error) {
	if db.Error == nil {
		fail(db, err)
		return
	}
	db.Error = fmt.Errorf("%w; %w", db.Error, err)
}

// chained is an error to which GORM added another one, of a failed rollback,
// and of which it then keeps the text alone.
type chained struct {
	error
	first error
}

// Unwrap returns both errors.
func (e *chained) Unwrap() []error { return []error{e.first, e.error} }

// refuseUpsert is the callback that keeps Upsert out of other verbs.
func refuseUpsert(verb string) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if _, ok := clauses.UpsertOf(db.Statement); ok && db.Error == nil {
			fail(db, fmt.Errorf("alchemy: Upsert on %s: it belongs to Create: %w", verb, dberr.ErrMisuse))
		}
	}
}
