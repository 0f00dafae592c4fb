package conformance

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// filledRow has a generated key, a default that Go knows (Level) and two that
// only the database knows.
type filledRow struct {
	ID        uint
	Name      string `gorm:"size:100;uniqueIndex"`
	Level     int64  `gorm:"default:7"`
	State     string `gorm:"size:30;default:(lower('NEW'))"`
	Opt       *int64 `gorm:"default:(10+1)"`
	CreatedAt time.Time
	UpdatedAt time.Time
}

func ptr[T any](v T) *T { return &v }

var _ = register("01 create fills key and defaults", func(e *env) {
	e.migrate(&filledRow{})
	unset := filledRow{Name: "unset"}
	sent := e.statements(func() {
		tx := e.db.Create(&unset)
		e.ok(tx.Error)
		e.equal("rows affected", tx.RowsAffected, int64(1))
	})
	if e.has(capReturning) {
		e.equal("statements", len(sent), 1)
	}
	if unset.ID == 0 || unset.CreatedAt.IsZero() || unset.UpdatedAt.IsZero() {
		e.t.Errorf("key or times are not filled: %+v", unset)
	}
	e.equal("defaults", []any{unset.Level, unset.State, unset.Opt}, []any{int64(7), "new", ptr[int64](11)})

	set := filledRow{Name: "set", Level: 3, State: "old", Opt: ptr[int64](0)}
	e.ok(e.db.Create(&set).Error)
	e.equal("what was set", []any{set.Level, set.State, set.Opt}, []any{int64(3), "old", ptr[int64](0)})

	explicit := filledRow{ID: 4000, Name: "explicit"}
	e.ok(e.db.Create(&explicit).Error)
	e.equal("explicit key", explicit.ID, uint(4000))
	e.equal("default beside an explicit key", explicit.State, "new")

	for _, row := range []filledRow{unset, set, explicit} {
		var stored filledRow
		e.ok(e.db.First(&stored, row.ID).Error)
		e.equal("stored row of "+row.Name, row, stored)
	}
})

var _ = register("02 create many fills rows in input order", func(e *env) {
	e.migrate(&filledRow{})
	names := []string{"m", "c", "z", "a", "q"}
	var rows []filledRow
	var pointers []*filledRow
	for i, name := range names {
		row := filledRow{Name: name}
		pointers = append(pointers, &filledRow{Name: "p" + name})
		if i%2 == 1 {
			row.State, row.Opt = "given "+name, ptr(int64(i))
		}
		rows = append(rows, row)
	}
	kept := append([]*filledRow(nil), pointers...)
	tx := e.db.Create(&rows)
	e.ok(tx.Error)
	e.equal("rows affected", tx.RowsAffected, int64(5))
	tx = e.db.Create(pointers)
	e.ok(tx.Error)
	e.equal("rows affected", tx.RowsAffected, int64(5))
	for i, p := range pointers {
		if kept[i] != p {
			e.t.Errorf("pointer %d was replaced", i)
		}
		rows = append(rows, *p)
	}
	for i, row := range rows {
		if i > 5 && row.ID <= rows[i-1].ID { // rows alike get their keys in order
			e.t.Errorf("key of row %d is %d, not after %d", i, row.ID, rows[i-1].ID)
		}
		var stored filledRow
		e.ok(e.db.First(&stored, row.ID).Error)
		e.equal(fmt.Sprint("stored row ", i), row, stored)
	}
	e.equal("a default", rows[0].State+rows[5].State, "newnew")
	e.equal("a value given", rows[1].State, "given c")
})

var _ = register("02 one bad row fails all and leaves no stale key", func(e *env) {
	e.migrate(&filledRow{})
	e.ok(e.db.Create(&filledRow{Name: "taken"}).Error)
	rows := []filledRow{{Name: "a"}, {Name: "taken", State: "s"}, {Name: "b", Opt: ptr[int64](2)}, {Name: "c"}}
	before := append([]filledRow(nil), rows...)
	tx := e.db.Create(&rows)
	e.wantDuplicate(tx.Error)
	e.equal("rows affected", tx.RowsAffected, int64(0))
	e.equal("structs", rows, before)
	e.equal("stored names", names(e, &filledRow{}), []string{"taken"})

	one := filledRow{Name: "taken"}
	e.wantDuplicate(e.db.Create(&one).Error)
	e.equal("single struct", one, filledRow{Name: "taken"})
})

var _ = register("02 nothing to create is GORM's error", func(e *env) {
	e.migrate(&filledRow{})
	sent := e.statements(func() {
		e.wantErr(e.db.Create(&[]filledRow{}).Error, gorm.ErrEmptySlice)
		e.wantErr(e.db.Create([]*filledRow{}).Error, gorm.ErrEmptySlice)
		e.wantErr(e.db.Create(&[]*filledRow{{Name: "a"}, nil, {Name: "c"}}).Error, gorm.ErrInvalidData)
		e.wantErr(e.db.Create((*filledRow)(nil)).Error, gorm.ErrInvalidValue)
	})
	e.equal("statements", sent, []string(nil))
})

var _ = register("02 arrays and pointers to pointers", func(e *env) {
	e.migrate(&filledRow{})
	array := [3]filledRow{{Name: "a0"}, {Name: "a1", State: "x"}, {Name: "a2"}}
	e.ok(e.db.Create(&array).Error)
	pointers := [2]*filledRow{{Name: "b0"}, {Name: "b1"}}
	e.ok(e.db.Create(&pointers).Error)
	row := &filledRow{Name: "c0"}
	pointer := &row
	e.ok(e.db.Create(pointer).Error)
	deep := &pointer
	row = &filledRow{Name: "c1"}
	e.ok(e.db.Create(deep).Error)
	slice := &[]filledRow{{Name: "d0"}, {Name: "d1"}}
	e.ok(e.db.Create(&slice).Error)
	all := append([]filledRow{*pointers[0], *pointers[1], *row}, array[:]...)
	for _, row := range append(all, *slice...) {
		var stored filledRow
		e.ok(e.db.Where("name = ?", row.Name).First(&stored).Error)
		e.equal("row "+row.Name, row, stored)
	}
	e.equal("stored names", names(e, &filledRow{}), []string{"a0", "a1", "a2", "b0", "b1", "c0", "c1", "d0", "d1"})
})

// names lists the column "name" of a model's table, sorted; never nil.
func names(e *env, model any) []string {
	e.t.Helper()
	list := []string{}
	e.ok(e.db.Model(model).Order("name").Pluck("name", &list).Error)
	return list
}

// count is the number of rows in a model's table, seen through db.
func count(e *env, db *gorm.DB, model any) int64 {
	e.t.Helper()
	var n int64
	e.ok(db.Model(model).Count(&n).Error)
	return n
}
