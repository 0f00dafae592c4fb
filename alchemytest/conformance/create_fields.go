package conformance

import (
	"fmt"

	"gorm.io/gorm"
)

// guardedRow has every field permission that GORM knows.
type guardedRow struct {
	ID         uint
	Name       string `gorm:"size:100"`
	CreateOnly string `gorm:"size:50;<-:create"`
	UpdateOnly string `gorm:"size:50;<-:update"`
	ReadOnly   string `gorm:"size:50;->"`
	Computed   string `gorm:"size:50;->;default:(lower('MADE'))"`
	WriteOnly  string `gorm:"size:50;->:false;<-"`
	Ignored    string `gorm:"-"`
	Unmigrated string `gorm:"-:migration;->:false;<-:false"`
}

// guardedTable reads everything that the model can't.
type guardedTable struct {
	Name       string
	CreateOnly *string
	UpdateOnly *string
	ReadOnly   *string
	Computed   *string
	WriteOnly  *string
}

var _ = register("18 field permissions", func(e *env) {
	e.migrate(&guardedRow{})
	full := func(name string) guardedRow {
		return guardedRow{Name: name, CreateOnly: "c", UpdateOnly: "u", ReadOnly: "r", Computed: "x", WriteOnly: "w", Ignored: "i", Unmigrated: "m"}
	}
	one := full("one")
	e.ok(e.db.Create(&one).Error)
	many := []guardedRow{full("many 0"), full("many 1")}
	e.ok(e.db.Create(&many).Error)
	e.ok(e.db.Model(&guardedRow{}).Create(rowMap{"name": "map", "create_only": "c", "update_only": "u", "read_only": "r", "write_only": "w"}).Error)

	var stored []guardedTable
	e.ok(e.db.Table(e.table("guarded_rows")).Order("id").Find(&stored).Error)
	var want []guardedTable
	for _, name := range []string{"one", "many 0", "many 1", "map"} {
		want = append(want, guardedTable{Name: name, CreateOnly: ptr("c"), Computed: ptr("made"), WriteOnly: ptr("w")})
	}
	e.equal("stored rows", stored, want)
	for i, row := range append(many, one) {
		if row.ID == 0 {
			e.t.Errorf("row %d has no key", i)
		}
		e.equal(fmt.Sprint("computed column of row ", i), row.Computed, "made")
		e.equal("fields that are not stored", row.Ignored+row.Unmigrated, "im")
	}

	e.ok(e.db.Model(&one).Updates(guardedRow{CreateOnly: "c2", UpdateOnly: "u2", ReadOnly: "r2"}).Error)
	var updated guardedTable
	e.ok(e.db.Table(e.table("guarded_rows")).Where("id = ?", one.ID).Take(&updated).Error)
	e.equal("updated row", updated, guardedTable{Name: "one", CreateOnly: ptr("c"), UpdateOnly: ptr("u2"), Computed: ptr("made"), WriteOnly: ptr("w")})
})

var _ = register("18 select and omit on create", func(e *env) {
	e.migrate(&filledRow{})
	row := filledRow{Name: "selected", Level: 5, State: "s", Opt: ptr[int64](1)}
	e.ok(e.db.Select("Name", "state").Create(&row).Error)
	rows := []filledRow{{Name: "omitted 0", Level: 5, State: "s"}, {Name: "omitted 1", Level: 6, Opt: ptr[int64](0)}}
	e.ok(e.db.Omit("State").Create(&rows).Error)

	var stored []filledRow
	e.ok(e.db.Order("name").Find(&stored).Error)
	var got []string
	for _, s := range stored {
		got = append(got, fmt.Sprintf("%s %d %s %d", s.Name, s.Level, s.State, *s.Opt))
	}
	e.equal("stored rows", got, []string{"omitted 0 5 new 11", "omitted 1 6 new 0", "selected 7 s 11"})
	e.equal("a default of an omitted column", rows[1].State, "new")
})

// expressionRow shows that values which are SQL go through a create.
type expressionRow struct {
	ID    uint
	Name  string `gorm:"size:100"`
	Total int64
}

var _ = register("18 expressions as values", func(e *env) {
	e.migrate(&expressionRow{})
	e.ok(e.db.Model(&expressionRow{}).Create(rowMap{"name": gorm.Expr("lower(?)", "UP"), "total": gorm.Expr("2 + ?", 3)}).Error)
	e.ok(e.db.Model(&expressionRow{}).Create([]rowMap{
		{"name": "plain", "total": 1}, {"name": gorm.Expr("lower(?)", "LIST"), "total": gorm.Expr("4 * 5")},
	}).Error)
	var got []string
	var stored []expressionRow
	e.ok(e.db.Order("id").Find(&stored).Error)
	for _, s := range stored {
		got = append(got, fmt.Sprint(s.Name, " ", s.Total))
	}
	e.equal("stored rows", got, []string{"up 5", "plain 1", "list 20"})
})
