package repository

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/config"
	"github.com/gormalchemy/alchemy/internal/txctx"
)

// TransactionOptions says how Transaction begins. Nil means the defaults.
type TransactionOptions struct {
	// Isolation is the isolation level. Default: the database's own.
	Isolation sql.IsolationLevel
	// ReadOnly begins a transaction that can't write. Default: false.
	ReadOnly bool
}

// Transaction runs fn in a transaction of db's database and commits it. Every
// repository of that database that is called with the ctx which fn gets works
// in it, wherever it was made:
//
//	err := repository.Transaction(ctx, db, func(ctx context.Context) error {
//		if err := accounts.Update(ctx, &from, "balance"); err != nil {
//			return err
//		}
//		return accounts.Update(ctx, &to, "balance")
//	}, nil)
//
// An error of fn rolls back and is returned as it is; a panic rolls back and
// goes on. With a ctx, or a db, that is in a transaction already, fn runs in
// a savepoint of that one, which alone is rolled back, and the options must
// be those of the transaction; under gorm.Config.DisableNestedTransaction
// there is no savepoint, as in GORM. One ctx may hold a transaction of each
// of several databases.
//
// When fn is over its ctx is of no use: verbs called with it return
// dberr.ErrOtherTransaction. Nothing is begun under DryRun.
func Transaction(ctx context.Context, db *gorm.DB, fn func(ctx context.Context) error, o *TransactionOptions) error {
	cfg, err := checkTransaction(ctx, db, fn)
	if err != nil {
		return fmt.Errorf("repository: Transaction: %w", err)
	}
	if o == nil {
		o = &TransactionOptions{}
	}
	opts := sql.TxOptions{Isolation: o.Isolation, ReadOnly: o.ReadOnly}
	tx, owned, err := txctx.Join(ctx, db)
	if err != nil {
		return fmt.Errorf("repository: Transaction: %w", err)
	}
	parent := txctx.From(ctx, db)
	if !owned {
		if opts, err = nestedOptions(parent, opts); err != nil {
			return fmt.Errorf("repository: Transaction: %w", err)
		}
	}
	run := func(tx *gorm.DB) error {
		r := &txctx.Record{DB: tx, Parent: parent, Options: opts}
		defer r.End()
		if err := fn(txctx.With(ctx, db, r)); err != nil {
			return verbatim{err}
		}
		return r.Doomed()
	}
	switch {
	case tx.DryRun:
		err = run(tx)
	case owned:
		err = inTransaction(tx, &opts, run)
	case tx.DisableNestedTransaction:
		err = run(tx)
	default:
		err = inSavepoint(tx, parent, run)
	}
	return finish(cfg, err)
}

func checkTransaction(ctx context.Context, db *gorm.DB, fn func(context.Context) error) (*config.Config, error) {
	switch {
	case ctx == nil:
		return nil, fmt.Errorf("ctx is nil: use context.Background() if there is none: %w", dberr.ErrMisuse)
	case db == nil || db.Config == nil || db.Statement == nil:
		return nil, fmt.Errorf("db is nil: give what gorm.Open returned: %w", dberr.ErrMisuse)
	case fn == nil:
		return nil, fmt.Errorf("fn is nil: %w", dberr.ErrMisuse)
	case db.Error != nil:
		return nil, fmt.Errorf("db has failed before: %w", db.Error)
	}
	cfg, err := config.Of(db)
	if err == nil && cfg == nil {
		err = dberr.ErrNotInstalled
	}
	return cfg, err
}

// nestedOptions refuses what a savepoint can't change.
func nestedOptions(parent *txctx.Record, o sql.TxOptions) (sql.TxOptions, error) {
	var is sql.TxOptions
	if parent != nil {
		is = parent.Options
	}
	if o.Isolation != sql.LevelDefault && o.Isolation != is.Isolation {
		return is, fmt.Errorf("isolation level %s in a transaction that was begun with %s: set it where the transaction begins: %w", o.Isolation, is.Isolation, dberr.ErrMisuse)
	}
	if o.ReadOnly && !is.ReadOnly {
		return is, fmt.Errorf("read only in a transaction that may write: set it where the transaction begins: %w", dberr.ErrMisuse)
	}
	return is, nil
}
