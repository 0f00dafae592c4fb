package repository

import (
	"context"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/internal/config"
	"github.com/gormalchemy/alchemy/internal/retry"
	"github.com/gormalchemy/alchemy/internal/txctx"
)

// shape says what a verb sends.
type shape uint8

const (
	read    shape = iota // one query
	create               // one create: its callback has transactions and savepoints in hand
	single               // one statement that writes
	several              // several that must be one
)

// run calls do for one verb, in the transaction there is. Where there is none
// a verb that writes is repeated while the database gives it up for another.
func (c *core) run(ctx context.Context, verb string, s shape, do func(tx *gorm.DB) error) error {
	tx, owned, err := c.join(ctx, verb)
	if err != nil {
		return err
	}
	attempt := func() error { return do(tx) }
	switch {
	case s == read:
		return finish(c.cfg, attempt())
	case owned && s == several && !tx.DryRun:
		attempt = func() error { return inTransaction(tx, nil, do) }
	case !owned && c.wantsSavepoint(tx, s):
		attempt = func() error { return inSavepoint(tx, txctx.From(ctx, c.db), do) }
	}
	if !owned {
		return finish(c.cfg, attempt())
	}
	return finish(c.cfg, retry.Do(ctx, retry.Policy{Retry: c.retryable}, func() error {
		err := attempt()
		if _, ok := err.(verbatim); ok { //nolint:errorlint // it is never wrapped by us
			return err
		}
		return c.cfg.Dialect.Wrap(err) // before the end of ctx is joined to it
	}))
}

// wantsSavepoint decides by what the verb sends, never by the number of rows.
func (c *core) wantsSavepoint(tx *gorm.DB, s shape) bool {
	if tx.DryRun || tx.DisableNestedTransaction || s == create || c.cfg.Savepoints == config.SavepointsNever {
		return false
	}
	return s == several || c.cfg.Savepoints == config.SavepointsAlways
}

func (c *core) retryable(err error) bool {
	if _, ok := err.(verbatim); ok { //nolint:errorlint // it is never wrapped by us
		return false
	}
	return c.cfg.Dialect.Retryable(err)
}
