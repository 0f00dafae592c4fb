package conformance

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// bulkRow is small, so that a hundred thousand of them say something about
// limits and not about memory.
type bulkRow struct {
	ID     int64
	Name   string `gorm:"size:50;uniqueIndex"`
	Amount int64
	Level  int64  `gorm:"default:(40+2)"`
	State  string `gorm:"size:20;default:(lower('NEW'))"`
}

// bulkRows makes n rows: defaulted columns set and unset in all four ways,
// and every thousandth key explicit, so far apart that no generated key gets
// there. The second result is what they must be once stored, but for the
// generated keys.
func bulkRows(n int) (rows, want []bulkRow) {
	rows = make([]bulkRow, n)
	want = make([]bulkRow, n)
	for i := range rows {
		r := bulkRow{Name: fmt.Sprintf("row %06d", i), Amount: int64(i)}
		w := r
		w.Level, w.State = 42, "new"
		if i%2 == 0 {
			r.Level, w.Level = int64(i)+1000, int64(i)+1000
		}
		if i%3 == 0 {
			r.State, w.State = "given", "given"
		}
		if i%1000 == 500 {
			r.ID = int64(i/1000+1) * 10_000_000
		}
		w.ID = r.ID
		rows[i], want[i] = r, w
	}
	return rows, want
}

var _ = registerLoad("03 create of 100,000 rows", func(e *env) {
	e.migrate(&bulkRow{})
	rows, want := bulkRows(100_000)
	var tx *gorm.DB
	sent := e.allStatements(func() { tx = e.db.Create(&rows) })
	e.ok(tx.Error)
	e.equal("rows affected", tx.RowsAffected, int64(100_000))
	e.equal("transactions", []int{occurrences(sent, "BEGIN"), occurrences(sent, "COMMIT")}, []int{1, 1})
	if len(sent) > 200 {
		e.t.Errorf("%d statements for 100,000 rows: they should grow as chunks", len(sent))
	}
	fillKeys(e, rows, want)
	e.equal("structs", rows, want)
	var stored []bulkRow
	e.ok(e.db.Order("name").Find(&stored).Error)
	e.equal("stored rows", stored, want)
})

var _ = register("03 explicit and generated keys in one batch", func(e *env) {
	e.migrate(&bulkRow{})
	for round, n := range []int{0, 10, 20} {
		rows := []bulkRow{
			{Name: fmt.Sprint("a", n)}, {ID: int64(5000 * (round + 1)), Name: fmt.Sprint("b", n)}, {Name: fmt.Sprint("c", n), Level: 1},
			{ID: int64(900_000 * (round + 1)), Name: fmt.Sprint("d", n), State: "s"}, {Name: fmt.Sprint("e", n)},
		}
		want := slices.Clone(rows)
		for i := range want {
			want[i].Level, want[i].State = 42, "new"
		}
		want[2].Level, want[3].State = 1, "s"
		e.ok(e.db.Create(&rows).Error)
		fillKeys(e, rows, want)
		e.equal("structs", rows, want)
		for i, row := range rows {
			var stored bulkRow
			e.ok(e.db.First(&stored, row.ID).Error)
			e.equal(fmt.Sprint("stored row ", i), stored, want[i])
		}
	}
})

var _ = registerLoad("03 chunks are one transaction without GORM's own", func(e *env) {
	e.migrate(&bulkRow{})
	db := e.open(&gorm.Config{SkipDefaultTransaction: true})
	rows, _ := bulkRows(30_000)
	rows[29_999].Name = rows[0].Name
	before := slices.Clone(rows)
	tx := db.Create(&rows)
	e.wantDuplicate(tx.Error)
	e.equal("rows affected", tx.RowsAffected, int64(0))
	e.equal("structs", rows, before)
	e.equal("stored rows", count(e, e.db, &bulkRow{}), int64(0))

	sent := e.allStatements(func() {
		e.ok(db.Create(&bulkRow{Name: "one"}).Error)
		e.ok(db.Create(&[]bulkRow{{Name: "two"}, {Name: "three"}}).Error)
	})
	if e.has(capReturning) {
		e.equal("a statement alone needs no transaction", len(sent), 2)
	}
})

var _ = register("03 batch sizes of the caller are upper bounds", func(e *env) {
	e.migrate(&bulkRow{})
	plain := func(from, n int) (rows []bulkRow) {
		for i := from; i < from+n; i++ {
			rows = append(rows, bulkRow{Name: fmt.Sprintf("n%03d", i), Level: 1, State: "s"})
		}
		return rows
	}
	sized := e.open(&gorm.Config{CreateBatchSize: 4})
	for i, create := range []func(rows *[]bulkRow) *gorm.DB{
		func(rows *[]bulkRow) *gorm.DB { return e.db.CreateInBatches(rows, 4) },
		func(rows *[]bulkRow) *gorm.DB { return e.db.CreateInBatches(*rows, 4) },
		func(rows *[]bulkRow) *gorm.DB {
			return e.db.Session(&gorm.Session{CreateBatchSize: 4}).Create(rows)
		},
		func(rows *[]bulkRow) *gorm.DB { return sized.Create(rows) },
	} {
		rows := plain(i*100, 10)
		var tx *gorm.DB
		sent := e.statements(func() { tx = create(&rows) })
		e.ok(tx.Error)
		e.equal("rows affected", tx.RowsAffected, int64(10))
		if e.has(capReturning) {
			e.equal("statements", len(sent), 3)
		}
		for _, row := range rows {
			var stored bulkRow
			e.ok(e.db.First(&stored, row.ID).Error)
			e.equal("row "+row.Name, row, stored)
		}
	}
	e.equal("stored rows", count(e, e.db, &bulkRow{}), int64(40))
})

// fillKeys copies the keys of got into want where want has none, and checks
// that all are set and distinct.
func fillKeys(e *env, got, want []bulkRow) {
	e.t.Helper()
	seen := make(map[int64]string, len(got))
	for i := range got {
		if got[i].ID == 0 {
			e.t.Fatalf("row %q has no key", got[i].Name)
		}
		if other, twice := seen[got[i].ID]; twice {
			e.t.Fatalf("rows %q and %q have the same key %d", other, got[i].Name, got[i].ID)
		}
		seen[got[i].ID] = got[i].Name
		if want[i].ID == 0 {
			want[i].ID = got[i].ID
		}
	}
}

// occurrences counts the entries of list that are text.
func occurrences(list []string, text string) (n int) {
	for _, s := range list {
		if s == text {
			n++
		}
	}
	return n
}
