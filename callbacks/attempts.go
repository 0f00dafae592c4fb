package callbacks

import (
	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/internal/retry"
)

// attempts runs the statements of a call, and runs them again where that is
// safe. A batch that holds one key twice by the database's reckoning is sent
// again in rounds; a deadlock and the like is tried again after a pause.
func (w *creator) attempts(db *gorm.DB, c *call, run func(fold bool) error) error {
	d := w.config.Dialect
	restartable := !db.DryRun && c.canRestart(db)
	fold, again := false, false
	once := func() error {
		if again {
			if err := c.restart(db); err != nil {
				return err
			}
		}
		again = true
		err := run(fold)
		if err == nil || fold || !restartable || !d.HitsTwice(err) {
			return err
		}
		fold = true
		if err := c.restart(db); err != nil {
			return err
		}
		return run(fold)
	}
	mayRetry := restartable && c.boundary != atSavepoint
	return retry.Do(db.Statement.Context, retry.Policy{
		Retry: func(err error) bool { return mayRetry && d.Retryable(err) },
	}, once)
}

// canRestart reports whether all that was sent since the boundary was sent
// by gorm:create: no hook before it, no association.
func (c *call) canRestart(db *gorm.DB) bool {
	stmt := db.Statement
	if _, inTx := stmt.ConnPool.(gorm.TxCommitter); inTx && c.boundary == nothing {
		return false
	}
	if !stmt.SkipHooks && (stmt.Schema.BeforeSave || stmt.Schema.BeforeCreate) {
		return false
	}
	rows, err := inputRows(stmt)
	if err != nil {
		return false
	}
	for _, rel := range stmt.Schema.Relationships.BelongsTo {
		for _, r := range rows {
			if _, zero := r.get(stmt.Context, rel.Field); !zero {
				return false
			}
		}
	}
	return true
}

// restart undoes what was sent and opens the boundary anew.
func (c *call) restart(db *gorm.DB) error {
	stmt := db.Statement
	db.Error = nil
	c.giveBack(stmt.Context)
	stmt.SQL.Reset()
	stmt.Vars = nil
	if c.boundary == atSavepoint {
		return fresh(db).RollbackTo(c.savepoint).Error
	}
	committer, inTx := stmt.ConnPool.(gorm.TxCommitter)
	if !inTx {
		return nil
	}
	_ = committer.Rollback() // the server may have done so itself; BEGIN tells what is wrong
	stmt.ConnPool = db.ConnPool
	if c.boundary == ours {
		stmt.ConnPool = c.pool
	}
	tx := fresh(db).Begin()
	if tx.Error != nil {
		return tx.Error
	}
	stmt.ConnPool = tx.Statement.ConnPool
	return nil
}
