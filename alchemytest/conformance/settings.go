package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

var _ = register("40 dry run and ToSQL send nothing", func(e *env) {
	e.migrate(&filledRow{})
	table := e.table("filled_rows")
	rows := []filledRow{{Name: "a"}, {Name: "b"}}
	sent := e.statements(func() {
		tx := e.db.Session(&gorm.Session{DryRun: true}).Create(&rows)
		e.ok(tx.Error)
		if text := tx.Statement.SQL.String(); !strings.HasPrefix(text, "INSERT INTO") || !strings.Contains(text, table) {
			e.t.Errorf("statement of a dry run is %q", text)
		}
		dry := e.open(&gorm.Config{DryRun: true})
		e.ok(dry.Create(&filledRow{Name: "c"}).Error)
	})
	e.equal("statements of a dry run", sent, []string(nil))
	for i, row := range rows {
		e.equal(fmt.Sprint("key of row ", i), row.ID, uint(0))
	}

	sent = e.allStatements(func() {
		text := e.db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Create(&filledRow{Name: "shown"}) })
		if !strings.HasPrefix(text, "INSERT INTO") || !strings.Contains(text, "shown") {
			e.t.Errorf("ToSQL is %q", text)
		}
	})
	e.equal("statements of ToSQL", sent, []string(nil))

	many, _ := bulkRows(30_000)
	sent = e.allStatements(func() {
		text := e.db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Create(&many) })
		for _, name := range []string{many[0].Name, many[29_999].Name} {
			if !strings.Contains(text, name) {
				e.t.Errorf("ToSQL of many rows leaves %q out", name)
			}
		}
	})
	e.equal("statements of ToSQL of many rows", sent, []string(nil))
	e.equal("stored rows", count(e, e.db, &filledRow{}), int64(0))
})

var _ = register("40 prepared statements are used again", func(e *env) {
	e.migrate(&filledRow{})
	for name, db := range map[string]*gorm.DB{
		"config":  e.open(&gorm.Config{PrepareStmt: true}),
		"session": e.db.Session(&gorm.Session{PrepareStmt: true}),
	} {
		create := func(n int) []string {
			rows := []filledRow{{Name: fmt.Sprint(name, n, " b")}, {Name: fmt.Sprint(name, n, " a")}}
			one := filledRow{Name: fmt.Sprint(name, n, " c"), State: "s"}
			sent := e.statements(func() {
				e.ok(db.Create(&rows).Error)
				e.ok(db.Create(&one).Error)
				e.ok(db.Transaction(func(tx *gorm.DB) error {
					return tx.Create(&filledRow{Name: fmt.Sprint(name, n, " d"), State: "s"}).Error
				}))
			})
			for _, row := range append(rows, one) {
				e.equal("key of "+row.Name, storedByName(e, row.Name).ID, row.ID)
			}
			return sent
		}
		if len(create(1)) == 0 {
			e.t.Errorf("%s: nothing was prepared", name)
		}
		e.equal(name+": statements prepared the second time", create(2), []string(nil))

		bulk := []filledRow{{Name: name + "x"}, {Name: fmt.Sprint(name, 1, " a")}}
		e.wantDuplicate(db.Create(&bulk).Error)
		e.ok(db.Create(&filledRow{Name: name + "y"}).Error)
	}
	e.equal("stored rows", count(e, e.db, &filledRow{}), int64(2*(2*4+1)))
})

var _ = register("40 errors translated or not", func(e *env) {
	e.migrate(&filledRow{})
	e.ok(e.db.Create(&filledRow{Name: "taken"}).Error)
	for _, translate := range []bool{false, true} {
		db := e.open(&gorm.Config{TranslateError: translate})
		for _, create := range []func() *gorm.DB{
			func() *gorm.DB { return db.Create(&filledRow{Name: "taken"}) },
			func() *gorm.DB { return db.Create(&[]filledRow{{Name: "free"}, {Name: "taken", State: "s"}}) },
		} {
			err := create().Error
			e.equal("GORM's own error is translated", errors.Is(err, gorm.ErrDuplicatedKey), translate)
			if !translate {
				e.wantDuplicate(err)
			}
		}
		// An upsert that matches one row by its key and hits another by name.
		other := filledRow{Name: fmt.Sprint("other ", translate)}
		e.ok(db.Create(&other).Error)
		err := db.Clauses(clauses.Upsert{}).Create(&[]filledRow{{ID: other.ID, Name: "taken"}}).Error
		e.wantErr(err, gorm.ErrDuplicatedKey)
		e.equal("kind", wantErrAs[*dberr.ConstraintError](e, err).Kind, dberr.Unique)
	}
	e.equal("stored names", names(e, &filledRow{}), []string{"other false", "other true", "taken"})
})

var _ = register("40 no transaction but the caller's", func(e *env) {
	e.migrate(&filledRow{})
	db := e.open(&gorm.Config{SkipDefaultTransaction: true, DisableNestedTransaction: true})
	sent := e.allStatements(func() {
		e.ok(db.Transaction(func(tx *gorm.DB) error {
			return tx.Create(&[]filledRow{{Name: "a"}, {Name: "b", State: "s"}}).Error
		}))
	})
	e.equal("begun and ended", []int{occurrences(sent, "BEGIN"), occurrences(sent, "COMMIT"), occurrences(sent, "ROLLBACK")}, []int{1, 1, 0})
	e.equal("stored names", names(e, &filledRow{}), []string{"a", "b"})
})

// quotedRow has names that are wrong unless they are quoted.
type quotedRow struct {
	ID     uint   `gorm:"column:Row Id"`
	Order  string `gorm:"column:order;size:50;uniqueIndex:,length:50"`
	Mixed  string `gorm:"column:MixedCase;size:50"`
	Spaced string `gorm:"column:two words;size:50;default:(lower('X Y'))"`
}

func (quotedRow) TableName(namer schema.Namer) string {
	return namer.TableName("Order Line")
}

var _ = register("17 prefixed and quoted names", func(e *env) {
	e.migrate(&quotedRow{})
	rows := []quotedRow{{Order: "b", Mixed: "m"}, {Order: "a", Spaced: "s"}}
	e.ok(e.db.Create(&rows).Error)
	var stored []quotedRow
	e.ok(e.db.Order(clause.OrderByColumn{Column: clause.Column{Name: "order"}}).Find(&stored).Error)
	slices.Reverse(rows)
	e.equal("rows", rows, stored)
	e.equal("default", rows[1].Spaced, "x y")

	// The table of this case starts with its prefix and no other has it.
	tables, err := e.db.Migrator().GetTables()
	e.ok(err)
	e.equal("table", slices.ContainsFunc(tables, func(name string) bool { return strings.HasPrefix(name, e.prefix) }), true)
})

var _ = register("17 tables in a schema", func(e *env) {
	if !e.has(capSchemas) {
		e.t.Log("this database has no schemas")
		return
	}
	name := e.schema()
	db := e.open(&gorm.Config{NamingStrategy: schema.NamingStrategy{TablePrefix: name + ".", IdentifierMaxLength: 63}})
	e.ok(db.AutoMigrate(&filledRow{}))
	rows := []filledRow{{Name: "a"}, {Name: "b", State: "s"}}
	e.ok(db.Create(&rows).Error)
	// The same model under its usual name: another table.
	e.migrate(&filledRow{})
	e.ok(e.db.Table(name + ".filled_rows").Create(&[]filledRow{{Name: "c"}, {Name: "d", Level: 1}}).Error)
	var stored []string
	e.ok(db.Model(&filledRow{}).Order("name").Pluck("name", &stored).Error)
	e.equal("rows in the schema", stored, []string{"a", "b", "c", "d"})
	e.equal("rows outside", count(e, e.db, &filledRow{}), int64(0))
	for _, row := range rows {
		var found filledRow
		e.ok(db.First(&found, row.ID).Error)
		e.equal("row "+row.Name, row, found)
	}
})
