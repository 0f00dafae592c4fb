package conformance

import (
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
)

// upDiff has columns whose equality databases decide in their own ways.
type upDiff struct {
	ID     uint
	Slug   string   `gorm:"size:20;uniqueIndex"`
	Doc    string   `gorm:"type:json"`
	Labels []string `gorm:"serializer:json"`
	Blob   []byte
	Price  string `gorm:"type:numeric(10,2)"`
	Ratio  float32
	Flag   *bool
}

var _ = register("10 upsert skips unchanged rows of every type", upsertSkipTypes)

// upsertSkipTypes: equal is unchanged, and each column alone makes a change.
func upsertSkipTypes(e *env) {
	e.migrate(&upDiff{})
	yes := true
	base := upDiff{Slug: "a", Doc: `{"a": 1}`, Labels: []string{"x"}, Blob: []byte{0, 1}, Price: "1.50", Ratio: 0.1, Flag: &yes}
	var outcomes []clauses.Outcome
	u := clauses.Upsert{Match: []string{"slug"}, SkipUnchanged: true, Outcomes: &outcomes}
	send := func(change func(*upDiff)) {
		e.t.Helper()
		row := base
		change(&row)
		e.ok(e.db.Clauses(u).Create(&row).Error)
	}
	send(func(*upDiff) {})
	for _, change := range []func(*upDiff){
		func(*upDiff) {},
		func(d *upDiff) { d.Doc = `{"a": 2}` },
		func(d *upDiff) { d.Labels = []string{"x", "y"} },
		func(d *upDiff) { d.Blob = []byte{0, 2} },
		func(d *upDiff) { d.Price = "1.51" },
		func(d *upDiff) { d.Ratio = 0.2 },
		func(d *upDiff) { d.Flag = nil },
	} {
		send(change)
		send(change)
	}
	want := []clauses.Outcome{clauses.Inserted, clauses.Unchanged}
	for range 7 {
		want = append(want, clauses.Unchanged, clauses.Updated)
	}
	sameOutcomes(e, "changes", outcomes, want[:len(want)-1])
	var got upDiff
	e.ok(e.db.Take(&got).Error)
	e.equal("flag", got.Flag, (*bool)(nil))
	e.equal("labels", got.Labels, []string{"x"})
}

var _ = register("10 upsert sees a change of case", upsertSkipFolded)

// upsertSkipFolded: where a collation calls both spellings equal, the change
// is one all the same.
func upsertSkipFolded(e *env) {
	if !makeFolded(e, "note") {
		e.t.Log("nothing to assert: no way to fold case is known")
		return
	}
	addUniqueIndex(e, &upFolded{}, "name")
	var outcomes []clauses.Outcome
	u := clauses.Upsert{Match: []string{"name"}, SkipUnchanged: true, Outcomes: &outcomes}
	for _, note := range []string{"Bob", "bob", "bob"} {
		row := upFolded{Name: "n", Note: note}
		e.ok(e.db.Clauses(u).Create(&row).Error)
		e.equal("note in the struct", row.Note, note)
	}
	sameOutcomes(e, "case", outcomes, []clauses.Outcome{clauses.Inserted, clauses.Updated, clauses.Unchanged})
	var got upFolded
	e.ok(e.db.Take(&got).Error)
	e.equal("note", got.Note, "bob")
}

var _ = register("11 upsert with conditions that name no table", upsertBareColumns)

// upsertBareColumns: a column without a table is the stored row's, not that
// of the new one, however deep it stands.
func upsertBareColumns(e *env) {
	e.migrate(&upPost{})
	for name, where := range map[string][]clause.Expression{
		"string":  {clause.Lt{Column: "views", Value: 5}},
		"column":  {clause.Lt{Column: clause.Column{Name: "views"}, Value: 5}},
		"current": {clause.Lt{Column: clause.Column{Table: clause.CurrentTable, Name: "views"}, Value: 5}},
		"and":     {clause.And(clause.Lt{Column: "views", Value: 5}, clause.Neq{Column: "title", Value: "x"})},
		"or":      {clause.Or(clause.Lt{Column: "views", Value: 5}, clause.Eq{Column: "title", Value: "x"})},
		"or of":   {clause.Or(clause.And(clause.Lt{Column: "views", Value: 5}), clause.Eq{Column: "title", Value: "x"})},
		"not":     {clause.Not(clause.Gte{Column: "views", Value: 5})},
		"in":      {clause.IN{Column: "views", Values: []any{1, 2, 3}}},
		"two":     {clause.Lt{Column: "views", Value: 5}, clause.Gt{Column: "views", Value: 0}},
		"excluded": {
			clause.Lt{Column: "views", Value: 5},
			clause.Eq{Column: clause.Column{Table: "excluded", Name: "views"}, Value: 100},
		},
	} {
		restorePosts(e, []upPost{{Slug: "a", Title: "old", Views: 1}, {Slug: "b", Title: "old", Views: 9}})
		rows := []upPost{{Slug: "b", Title: "new", Views: 100}, {Slug: "a", Title: "new", Views: 100}}
		u := clauses.Upsert{Match: []string{"slug"}, Update: []string{"title"}, Where: where}
		if err := e.db.Clauses(u).Create(&rows).Error; err != nil {
			e.t.Errorf("%s: %v", name, err)
			continue
		}
		e.equal(name+": rows", postLines(e), []string{"a|new|v1|r3|s7", "b|old|v9|r3|s7"})
		ownRows(e, rows)
	}
}

var _ = register("11 upsert sets NULL and plain values", upsertSetValues)

// upsertSetValues: Set takes values too.
func upsertSetValues(e *env) {
	e.migrate(&upDefaults{})
	six := int64(6)
	e.ok(e.db.Create(&upDefaults{Code: "a", Opt: &six}).Error)
	u := clauses.Upsert{Match: []string{"code"}, Update: []string{"plain"}, Set: []clause.Assignment{
		{Column: clause.Column{Name: "opt"}, Value: nil}, {Column: clause.Column{Name: "state"}, Value: "set"},
		{Column: clause.Column{Name: "level"}, Value: clauses.Excluded("plain")},
	}}
	row := upDefaults{Code: "a", Plain: 5, Opt: &six}
	e.ok(e.db.Clauses(u).Create(&row).Error)
	var got upDefaults
	e.ok(e.db.Take(&got).Error)
	e.equal("row", got.String(), "a|5|5|set|nil")
	e.equal("struct", row, got)
}
