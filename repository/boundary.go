package repository

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/internal/config"
	"github.com/gormalchemy/alchemy/internal/txctx"
)

// verbatim is an error of a caller's function, to be returned as it is.
type verbatim struct{ err error }

func (v verbatim) Error() string { return v.err.Error() }
func (v verbatim) Unwrap() error { return v.err }

// finish gives an error of the database its type; one of a caller's function
// is unpacked.
func finish(cfg *config.Config, err error) error {
	if v, ok := err.(verbatim); ok { //nolint:errorlint // it is never wrapped by us
		return v.err
	}
	return cfg.Dialect.Wrap(err)
}

// inTransaction runs fn in a new transaction and commits it.
func inTransaction(db *gorm.DB, o *sql.TxOptions, fn func(tx *gorm.DB) error) error {
	tx := db.Begin(o)
	if tx.Error != nil {
		return tx.Error
	}
	passed := false
	defer func() {
		if !passed { // an error, a panic or runtime.Goexit
			tx.Rollback() // what failed before tells more than an error here
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	passed = true
	return tx.Session(&gorm.Session{NewDB: true}).Commit().Error
}

var savepoints atomic.Uint64 // names are used once, as MySQL moves a savepoint that is set again

// inSavepoint runs fn in a savepoint of the transaction that tx is in. When
// the savepoint can't be rolled back, around must not be committed.
func inSavepoint(tx *gorm.DB, around *txctx.Record, fn func(tx *gorm.DB) error) (err error) {
	name := "alchemy_tx" + strconv.FormatUint(savepoints.Add(1), 10)
	if err := aside(tx).SavePoint(name).Error; err != nil {
		return err
	}
	passed := false
	defer func() {
		if passed {
			return
		}
		if undo := aside(tx).RollbackTo(name).Error; undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			undo = fmt.Errorf("repository: roll back to savepoint: %w", undo)
			around.Doom(undo)
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	passed = true
	return release(tx, name)
}

// release forgets a savepoint: a transaction with thousands of them would
// become slow.
func release(tx *gorm.DB, name string) error {
	s := aside(tx)
	if p, ok := s.Statement.ConnPool.(*gorm.PreparedStmtTX); ok {
		s.Statement.ConnPool = p.Tx // each name is used once, so its statement must not be kept
	}
	return s.Exec("RELEASE SAVEPOINT " + name).Error
}

// aside returns a session for the control of a transaction: the end of a ctx
// must not keep a savepoint from being rolled back.
func aside(tx *gorm.DB) *gorm.DB {
	return tx.Session(&gorm.Session{NewDB: true, Context: context.WithoutCancel(tx.Statement.Context)})
}
