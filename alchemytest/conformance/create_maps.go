package conformance

import (
	"fmt"

	"gorm.io/gorm"
)

type rowMap = map[string]any

// storedByName reads a filledRow that a map has made.
func storedByName(e *env, name string) filledRow {
	e.t.Helper()
	var row filledRow
	e.ok(e.db.Where("name = ?", name).First(&row).Error)
	return row
}

// checkMap holds a map after its create against the row that it made: the key
// is in it, and whatever it has is what is stored.
func checkMap(e *env, m rowMap, name string) {
	e.t.Helper()
	stored := storedByName(e, name)
	e.equal("key in the map of "+name, fmt.Sprint(m["id"]), fmt.Sprint(stored.ID))
	if state, is := m["state"]; is {
		e.equal("state in the map of "+name, fmt.Sprint(state), stored.State)
	}
	if given, is := m["name"]; is {
		e.equal("name in the map", given, any(name))
	}
}

var _ = register("02 create from a map", func(e *env) {
	e.migrate(&filledRow{})
	m := rowMap{"name": "value", "level": 3}
	tx := e.db.Model(&filledRow{}).Create(m)
	e.ok(tx.Error)
	e.equal("rows affected", tx.RowsAffected, int64(1))
	checkMap(e, m, "value")

	m = rowMap{"name": "pointer", "state": "given"}
	e.ok(e.db.Model(&filledRow{}).Create(&m).Error)
	checkMap(e, m, "pointer")

	m = rowMap{"Name": "by field", "Level": 9, "ID": 500}
	e.ok(e.db.Model(&filledRow{}).Create(m).Error)
	row := storedByName(e, "by field")
	e.equal("row of field names", []any{row.ID, row.Level, row.State, row.Opt}, []any{uint(500), int64(9), "new", ptr[int64](11)})

	e.ok(e.db.Table(e.table("filled_rows")).Create(rowMap{"name": "table only", "level": 1}).Error)
	e.equal("row of a table without a model", storedByName(e, "table only").State, "new")
})

var _ = register("02 create from a slice of maps", func(e *env) {
	e.migrate(&filledRow{})
	for name, create := range map[string]func(list []rowMap) (*gorm.DB, []rowMap){
		"slice": func(list []rowMap) (*gorm.DB, []rowMap) {
			return e.db.Model(&filledRow{}).Create(list), list
		},
		"pointer to slice": func(list []rowMap) (*gorm.DB, []rowMap) {
			tx := e.db.Model(&filledRow{}).Create(&list)
			return tx, list
		},
	} {
		given := []rowMap{
			{"name": name + " 2", "level": 1, "state": "s"}, {"name": name + " 1", "level": 2, "state": "t"},
			{"name": name + " 3", "level": 3, "state": "u"},
		}
		tx, list := create(given)
		e.ok(tx.Error)
		e.equal("rows affected", tx.RowsAffected, int64(3))
		e.equal("length of the slice: filled in place", len(list), 3)
		for i, n := range []string{name + " 2", name + " 1", name + " 3"} {
			checkMap(e, given[i], n)
			e.equal("stored level", storedByName(e, n).Level, int64(i+1))
		}
	}
	e.wantErr(e.db.Model(&filledRow{}).Create([]rowMap{}).Error, gorm.ErrEmptySlice)
	e.equal("stored rows", count(e, e.db, &filledRow{}), int64(6))
})

var _ = register("02 a failed create from maps leaves them as they were", func(e *env) {
	e.migrate(&filledRow{})
	e.ok(e.db.Create(&filledRow{Name: "taken"}).Error)
	list := []rowMap{{"name": "a", "level": 1}, {"name": "taken", "level": 2}}
	tx := e.db.Model(&filledRow{}).Create(&list)
	e.wantDuplicate(tx.Error)
	e.equal("maps", list, []rowMap{{"name": "a", "level": 1}, {"name": "taken", "level": 2}})
	e.equal("stored names", names(e, &filledRow{}), []string{"taken"})
})
