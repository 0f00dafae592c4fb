package conformance

import (
	"strings"

	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
)

var _ = register("12 upsert with nil in the match", upsertNullMatch)

// upsertNullMatch: a nil match value is refused with field and row named,
// alone and in a batch; no other tenant's row is touched.
func upsertNullMatch(e *env) {
	e.migrate(&upNullable{})
	one, two := int64(1), int64(2)
	seed := []upNullable{{Tenant: &one, Code: "c", Label: "1"}, {Tenant: &two, Code: "c", Label: "2"}, {Code: "c", Label: "none"}}
	e.ok(e.db.Create(&seed).Error)
	byKey := []string{"tenant", "code"}
	for name, u := range map[string]clauses.Upsert{
		"update":     {Match: byKey},
		"do nothing": {Match: byKey, DoNothing: true},
	} {
		alone := upNullable{Code: "c", Label: "x"}
		batch := []upNullable{{Tenant: &one, Code: "new", Label: "x"}, {Code: "c", Label: "x"}}
		for at, value := range []any{&alone, &batch} {
			err := e.db.Clauses(u).Create(value).Error
			e.wantErr(err, dberr.ErrNullMatch)
			if !strings.Contains(strings.ToLower(err.Error()), "tenant") {
				e.t.Errorf("%s: %q does not name the field", name, err)
			}
			if at == 1 && !strings.Contains(err.Error(), "1") {
				e.t.Errorf("%s: %q does not name row 1", name, err)
			}
		}
		e.equal(name+": ids", []uint{alone.ID, batch[0].ID, batch[1].ID}, []uint{0, 0, 0})
		var got []upNullable
		e.ok(e.db.Order("label").Find(&got).Error)
		e.equal(name+": rows", got, seed)
	}
}

var _ = register("12 upsert with zero in the match", upsertZeroIsNotNull)

// upsertZeroIsNotNull: zero values in a match are values like others.
func upsertZeroIsNotNull(e *env) {
	e.migrate(&upPage{})
	seed := []upPage{{Tenant: 0, Slug: "", Title: "zero"}, {Tenant: 1, Slug: "", Title: "one"}}
	e.ok(e.db.Create(&seed).Error)
	row := upPage{Title: "again"}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"tenant", "slug"}}).Create(&row).Error)
	e.equal("id", row.ID, seed[0].ID)
	var got []upPage
	e.ok(e.db.Order("tenant").Find(&got).Error)
	e.equal("rows", got, []upPage{{seed[0].ID, 0, "", "again", 0}, seed[1]})
}

var _ = register("12 upsert where NULLs are equal", upsertNullsNotDistinct)

// upsertNullsNotDistinct: in a key that treats NULLs as equal, nil is a
// value: it matches the row with NULL and no other.
func upsertNullsNotDistinct(e *env) {
	if !e.has(capNullsNotDistinct) {
		e.t.Log("nothing to assert: no unique keys with equal NULLs")
		return
	}
	e.migrate(&upBareNullable{})
	table := clause.Table{Name: tableOf(e, &upBareNullable{})}
	e.ok(e.db.Exec("CREATE UNIQUE INDEX ? ON ? (tenant, code) NULLS NOT DISTINCT", clause.Column{Name: "nnd_" + table.Name}, table).Error)
	one := int64(1)
	seed := []upBareNullable{{Tenant: &one, Code: "c", Label: "1"}, {Code: "c", Label: "2"}, {Code: "d", Label: "3"}}
	e.ok(e.db.Create(&seed).Error)
	match := []string{"tenant", "code"}
	rows := []upBareNullable{{Code: "d", Label: "4"}, {Tenant: &one, Code: "n", Label: "5"}, {Code: "c", Label: "6"}, {Code: "d", Label: "7"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: match}).Create(&rows).Error)
	e.equal("ids", []uint{rows[0].ID, rows[2].ID, rows[3].ID}, []uint{seed[2].ID, seed[1].ID, seed[2].ID})
	left := []upBareNullable{{Code: "d", Label: "x"}, {Code: "new", Label: "8"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: match, DoNothing: true}).Create(&left).Error)
	e.equal("row left alone", left[0], upBareNullable{seed[2].ID, nil, "d", "7"})
	var labels []string
	e.ok(e.db.Model(&upBareNullable{}).Order("label").Pluck("label", &labels).Error)
	e.equal("labels", labels, []string{"1", "5", "6", "7", "8"})
}

// upBareNullable gets its key from the case.
type upBareNullable struct {
	ID     uint
	Tenant *int64
	Code   string `gorm:"size:50"`
	Label  string `gorm:"size:50"`
}
