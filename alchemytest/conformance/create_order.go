package conformance

import (
	"cmp"
	"slices"

	"gorm.io/gorm/clause"
)

type orderedRow struct {
	ID   uint
	Name string `gorm:"size:50"`
	Rank int    `gorm:"default:(1+2)"`
}

var _ = register("21 repaired: a row that names the next key", func(e *env) {
	e.migrate(&orderedRow{})
	for what, create := range map[string]func([]orderedRow) error{
		"create": func(rows []orderedRow) error { return e.db.Create(&rows).Error },
		"DoNothing": func(rows []orderedRow) error {
			return e.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error
		},
		"in batches": func(rows []orderedRow) error { return e.db.CreateInBatches(&rows, 10).Error },
	} {
		first := orderedRow{Name: "first"}
		e.ok(e.db.Create(&first).Error)
		rows := []orderedRow{{Name: "a"}, {ID: first.ID + 2, Name: "b", Rank: 7}, {Name: "c"}}
		err := create(rows)
		var stored []orderedRow
		e.ok(e.db.Order("id").Where("id > ?", first.ID).Find(&stored).Error)
		if err != nil { // the generator does not see the named key and runs into it
			e.wantDuplicate(err)
			e.equal(what+": rows after an error", stored, []orderedRow{})
		} else {
			slices.SortFunc(rows, func(a, b orderedRow) int { return cmp.Compare(a.ID, b.ID) })
			e.equal(what+": rows", stored, rows)
		}
		e.ok(e.db.Where("1 = 1").Delete(&orderedRow{}).Error)
	}
})
