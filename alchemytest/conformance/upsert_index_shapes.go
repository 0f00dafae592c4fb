package conformance

import (
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

type (
	// upIndexed is unique by the other spelling of a unique index.
	upIndexed struct {
		ID   uint
		Code string `gorm:"size:20;index:,unique,sort:desc"`
		Note string `gorm:"size:20"`
	}
	// upLowered is unique by an expression, so not by the column.
	upLowered struct {
		ID   uint
		Code string `gorm:"size:20;uniqueIndex:,expression:lower(code)"`
		Note string `gorm:"size:20"`
	}
)

var _ = register("07 upsert by an index with the option unique", upsertByUniqueOption)

// upsertByUniqueOption: `index:,unique` is a unique key as uniqueIndex is.
func upsertByUniqueOption(e *env) {
	e.migrate(&upIndexed{})
	seed := upIndexed{Code: "a", Note: "1"}
	e.ok(e.db.Create(&seed).Error)
	rows := []upIndexed{{Code: "b", Note: "2"}, {Code: "a", Note: "3"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&rows).Error)
	e.equal("id", rows[1].ID, seed.ID)
	e.equal("number of rows", countOf(e, &upIndexed{}), int64(2))
}

var _ = register("08 upsert by a column of an expression index", upsertByExpression)

// upsertByExpression: an index on lower(code) does not make code a key,
// whether the model tells of it or the table.
func upsertByExpression(e *env) {
	e.migrate(&upLowered{}, &upBare{})
	table := tableOf(e, &upBare{})
	e.ok(e.db.Exec("CREATE UNIQUE INDEX ? ON ? (lower(code))", clause.Column{Name: "own_" + table}, clause.Table{Name: table}).Error)
	u := clauses.Upsert{Match: []string{"code"}}
	refused(e, "model", dberr.ErrMatchNotUnique, nil, func() error { return e.db.Clauses(u).Create(&upLowered{Code: "a"}).Error })
	refused(e, "table", dberr.ErrMatchNotUnique, nil, func() error { return e.db.Clauses(u).Create(&upBare{Code: "a"}).Error })
}

var _ = register("08 upsert by a key that is checked at commit", upsertByDeferrable)

// upsertByDeferrable: such a constraint can't decide between insert and
// update, so it is no key to match by.
func upsertByDeferrable(e *env) {
	e.migrate(&upBare{})
	table := clause.Table{Name: tableOf(e, &upBare{})}
	if err := e.db.Exec("ALTER TABLE ? ADD UNIQUE (code) DEFERRABLE INITIALLY DEFERRED", table).Error; err != nil {
		e.t.Logf("nothing to assert: no deferrable constraints: %v", err)
		return
	}
	refused(e, "deferrable", dberr.ErrMatchNotUnique, nil, func() error {
		return e.db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&upBare{Code: "a"}).Error
	})
}

var _ = register("07 upsert by an index that includes other columns", upsertByIncluding)

// upsertByIncluding: included columns are no part of the key.
func upsertByIncluding(e *env) {
	e.migrate(&upBare{})
	table := tableOf(e, &upBare{})
	if err := e.db.Exec("CREATE UNIQUE INDEX ? ON ? (code) INCLUDE (label)", clause.Column{Name: "own_" + table}, clause.Table{Name: table}).Error; err != nil {
		e.t.Logf("nothing to assert: no included columns: %v", err)
		return
	}
	for _, label := range []string{"1", "2"} {
		e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&upBare{Code: "a", Label: label}).Error)
	}
	e.equal("number of rows", countOf(e, &upBare{}), int64(1))
	refused(e, "with the included column", dberr.ErrMatchNotUnique, nil, func() error {
		return e.db.Clauses(clauses.Upsert{Match: []string{"code", "label"}}).Create(&upBare{Code: "a"}).Error
	})
}
