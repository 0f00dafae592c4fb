// Package callbacks runs the clauses of this module inside GORM's callbacks.
//
// A create passes four of ours: check resolves what the clauses ask for
// before anything is sent; begin notes what the structs held and opens the
// transaction or savepoint that the call needs; create takes the place of
// gorm:create; end closes what begin opened. restore, the last of all, gives
// the structs of a failed call back as they were.
package callbacks

import (
	"errors"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/internal/config"
)

// Names of the callbacks, ours and the anchors that GORM gives.
const (
	nameCheck   = "alchemy:check"
	nameBegin   = "alchemy:begin"
	nameEnd     = "alchemy:end"
	nameRestore = "alchemy:restore"

	anchorBegin  = "gorm:begin_transaction"
	anchorBefore = "gorm:before_create"
	anchorCreate = "gorm:create"
	anchorAfter  = "gorm:after_create"
	anchorCommit = "gorm:commit_or_rollback_transaction"
)

// Register puts the callbacks into the processors of db. GORM leaves its
// transaction callbacks out under SkipDefaultTransaction, and takes an anchor
// that isn't there for "at the end", so the anchors are chosen by what is there.
func Register(db *gorm.DB, c *config.Config) error {
	create := db.Callback().Create()
	original := create.Get(anchorCreate)
	if original == nil {
		return errors.New("the dialector registers no callback " + anchorCreate)
	}
	w := &creator{config: c, original: original}
	first := anchorBefore
	if create.Get(anchorBegin) != nil {
		first = anchorBegin
	}
	return errors.Join(
		create.Before(first).Register(nameCheck, w.check),
		create.After(nameCheck).Before(anchorBefore).Register(nameBegin, w.begin),
		create.Replace(anchorCreate, w.create),
		create.After(anchorAfter).Before(anchorCommit).Register(nameEnd, w.end),
		create.After(anchorCommit).Register(nameRestore, w.restore),
		db.Callback().Query().Before("gorm:query").Register(nameCheck, refuseUpsert("a query")),
		db.Callback().Row().Before("gorm:row").Register(nameCheck, refuseUpsert("a query")),
		db.Callback().Update().Before("*").Register(nameCheck, refuseUpsert("an update")),
		db.Callback().Delete().Before("*").Register(nameCheck, refuseUpsert("a delete")),
	)
}
