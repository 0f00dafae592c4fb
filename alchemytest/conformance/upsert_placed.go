package conformance

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
)

// The models below have keys that the database stores or compares otherwise
// than Go does.
type (
	upMoment struct {
		ID   uint
		At   time.Time `gorm:"precision:3;uniqueIndex"`
		Note string    `gorm:"size:50"`
	}
	upPrice struct {
		ID     uint
		Amount string `gorm:"type:numeric(10,2);uniqueIndex"`
		Note   string `gorm:"size:50"`
	}
	upCode struct {
		ID   uint
		Code string `gorm:"type:char(8);uniqueIndex"`
		Note string `gorm:"size:50"`
	}
	upRatio struct {
		ID    uint
		Ratio float32 `gorm:"uniqueIndex"`
		Note  string  `gorm:"size:50"`
	}
	upFolded struct {
		ID   uint
		Name string
		Note string `gorm:"size:50"`
	}
)

var _ = register("14 upsert by a rounded time", upsertRoundedTime)

// upsertRoundedTime: a key more exact than its column finds its row.
func upsertRoundedTime(e *env) {
	e.migrate(&upMoment{})
	base := time.Date(2024, 5, 6, 7, 8, 9, 123_000_000, time.FixedZone("east", 7200))
	for _, fraction := range []time.Duration{0, 100 * time.Microsecond, 1200 * time.Microsecond, 2*time.Millisecond + 200} {
		at := base.Add(fraction)
		first := []upMoment{{At: at, Note: "1"}, {At: at.Add(time.Hour), Note: "1"}}
		e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"at"}}).Create(&first).Error)
		again := []upMoment{{At: at.Add(time.Hour), Note: "2"}, {At: at, Note: "2"}}
		if e.has(capStrictTypes) { // elsewhere a time is a text, and its zone a part of it
			again[0].At = again[0].At.UTC()
		}
		e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"at"}}).Create(&again).Error)
		if again[1].ID != first[0].ID || again[0].ID != first[1].ID || again[0].ID == 0 || again[1].ID == again[0].ID {
			e.t.Errorf("fraction %v: ids %d,%d, then %d,%d for the same keys in reverse order", fraction, first[0].ID, first[1].ID, again[0].ID, again[1].ID)
		}
		left := upMoment{At: at, Note: "3"}
		e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"at"}, DoNothing: true}).Create(&left).Error)
		e.equal("row left alone", left.ID, first[0].ID)
		e.equal("its note", left.Note, "2")
	}
}

var _ = register("14 upsert by a decimal", upsertDecimalKey)

// upsertDecimalKey: 1.5 and 1.50 are one number.
func upsertDecimalKey(e *env) {
	e.migrate(&upPrice{})
	first := []upPrice{{Amount: "1.50", Note: "1"}, {Amount: "20", Note: "1"}}
	e.ok(e.db.Create(&first).Error)
	match := []string{"amount"}
	again := []upPrice{{Amount: "20.00", Note: "2"}, {Amount: "3.1", Note: "2"}, {Amount: "1.5", Note: "2"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: match}).Create(&again).Error)
	e.equal("ids", []uint{again[0].ID, again[2].ID}, []uint{first[1].ID, first[0].ID})
	left := []upPrice{{Amount: "3.10", Note: "3"}, {Amount: "1.500", Note: "3"}, {Amount: "4", Note: "3"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: match, DoNothing: true}).Create(&left).Error)
	e.equal("ids left alone", []uint{left[0].ID, left[1].ID}, []uint{again[1].ID, first[0].ID})
	e.equal("notes left alone", []string{left[0].Note, left[1].Note}, []string{"2", "2"})
	e.equal("number of rows", countOf(e, &upPrice{}), int64(4))
}

var _ = register("14 upsert of one decimal in two texts", upsertDecimalDuplicates)

// upsertDecimalDuplicates: the batch itself holds one number in two texts.
func upsertDecimalDuplicates(e *env) {
	e.migrate(&upPrice{})
	rows := []upPrice{{Amount: "1.5", Note: "1"}, {Amount: "2", Note: "2"}, {Amount: "1.50", Note: "3"}, {Amount: "2.0", Note: "4"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"amount"}}).Create(&rows).Error)
	e.equal("number of rows", countOf(e, &upPrice{}), int64(2))
	if rows[0].ID != rows[2].ID || rows[1].ID != rows[3].ID || rows[0].ID == rows[1].ID || rows[0].ID == 0 {
		e.t.Errorf("ids %d %d %d %d, want the first and third equal, the second and fourth too", rows[0].ID, rows[1].ID, rows[2].ID, rows[3].ID)
	}
	var notes []string
	e.ok(e.db.Model(&upPrice{}).Order("note").Pluck("note", &notes).Error)
	e.equal("notes", notes, []string{"3", "4"})
}

var _ = register("14 upsert by a padded text", upsertPaddedKey)

// upsertPaddedKey: blanks that a CHAR column adds don't hide a row.
func upsertPaddedKey(e *env) {
	e.migrate(&upCode{})
	first := []upCode{{Code: "ab", Note: "1"}, {Code: "abc", Note: "1"}}
	e.ok(e.db.Create(&first).Error)
	match := []string{"code"}
	again := []upCode{{Code: "abc", Note: "2"}, {Code: "x", Note: "2"}, {Code: "ab", Note: "2"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: match}).Create(&again).Error)
	e.equal("ids", []uint{again[0].ID, again[2].ID}, []uint{first[1].ID, first[0].ID})
	left := []upCode{{Code: "y", Note: "3"}, {Code: "x", Note: "3"}, {Code: "abc", Note: "3"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: match, DoNothing: true}).Create(&left).Error)
	e.equal("ids left alone", []uint{left[1].ID, left[2].ID}, []uint{again[1].ID, first[1].ID})
	e.equal("number of rows", countOf(e, &upCode{}), int64(4))
}

var _ = register("14 upsert by a float", upsertFloatKey)

// upsertFloatKey: a float32 has one value in Go and in the table.
func upsertFloatKey(e *env) {
	e.migrate(&upRatio{})
	first := []upRatio{{Ratio: 0.1, Note: "1"}, {Ratio: 16777.217, Note: "1"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"ratio"}}).Create(&first).Error)
	again := []upRatio{{Ratio: 16777.217, Note: "2"}, {Ratio: 0.3, Note: "2"}, {Ratio: 0.1, Note: "2"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"ratio"}, DoNothing: true}).Create(&again).Error)
	e.equal("ids", []uint{again[0].ID, again[2].ID}, []uint{first[1].ID, first[0].ID})
	e.equal("number of rows", countOf(e, &upRatio{}), int64(3))
}

var _ = register("14 upsert by a folded text", upsertFoldedKey)

// upsertFoldedKey: under a collation that folds case the struct gets the
// row that the database matched, also when the batch holds both spellings.
func upsertFoldedKey(e *env) {
	if !makeFolded(e, "name") {
		e.t.Log("nothing to assert: no way to fold case in a unique key is known")
		return
	}
	addUniqueIndex(e, &upFolded{}, "name")
	first := []upFolded{{Name: "Bob", Note: "1"}, {Name: "Ann", Note: "1"}}
	e.ok(e.db.Create(&first).Error)
	match := []string{"name"}
	again := []upFolded{{Name: "ANN", Note: "2"}, {Name: "Cid", Note: "2"}, {Name: "bob", Note: "2"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: match}).Create(&again).Error)
	e.equal("ids", []uint{again[0].ID, again[2].ID}, []uint{first[1].ID, first[0].ID})
	left := []upFolded{{Name: "cID", Note: "3"}, {Name: "BOB", Note: "3"}, {Name: "Dan", Note: "3"}, {Name: "ann", Note: "3"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: match, DoNothing: true}).Create(&left).Error)
	e.equal("ids left alone", []uint{left[0].ID, left[1].ID, left[3].ID}, []uint{again[1].ID, first[0].ID, first[1].ID})
	both := []upFolded{{Name: "eve", Note: "4"}, {Name: "dan", Note: "4"}, {Name: "EVE", Note: "5"}, {Name: "DAN", Note: "5"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: match}).Create(&both).Error)
	e.equal("ids of both spellings", []uint{both[0].ID, both[1].ID, both[3].ID}, []uint{both[2].ID, left[2].ID, left[2].ID})
	e.equal("number of rows", countOf(e, &upFolded{}), int64(5))
	var notes []string
	e.ok(e.db.Model(&upFolded{}).Order("note, name").Pluck("note", &notes).Error)
	e.equal("notes", notes, []string{"2", "2", "2", "5", "5"})
}

// makeFolded makes the table of upFolded with one column that ignores case,
// in the first way that the database takes.
func makeFolded(e *env, column string) bool {
	e.t.Helper()
	e.migrate(&upFolded{})
	table := clause.Table{Name: tableOf(e, &upFolded{})}
	collation := clause.Column{Name: table.Name + "_ci"}
	err := e.db.Exec("CREATE COLLATION ? (provider = icu, locale = 'und-u-ks-level2', deterministic = false)", collation).Error
	if err == nil {
		e.t.Cleanup(func() { // runs before the tables of the case are dropped
			e.ok(e.db.WithContext(context.Background()).Exec("DROP TABLE ?", table).Error)
			e.ok(e.db.WithContext(context.Background()).Exec("DROP COLLATION ?", collation).Error)
		})
		e.ok(e.db.Exec("ALTER TABLE ? ALTER COLUMN ? TYPE text COLLATE ?", table, clause.Column{Name: column}, collation).Error)
	} else {
		e.ok(e.db.Exec("DROP TABLE ?", table).Error)
		other := map[string]string{"name": "note", "note": "name"}[column]
		err = e.db.Exec("CREATE TABLE ? (id integer PRIMARY KEY AUTOINCREMENT, ? text COLLATE NOCASE, ? text)", table, clause.Column{Name: column}, clause.Column{Name: other}).Error
		if err != nil {
			return false
		}
	}
	return true
}

// countOf counts the rows of a model, deleted ones too.
func countOf(e *env, model any) int64 {
	e.t.Helper()
	var n int64
	e.ok(e.db.Unscoped().Model(model).Count(&n).Error)
	return n
}
