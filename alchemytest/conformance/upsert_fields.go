package conformance

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/clauses"
)

type upAuthor struct {
	Name  string `gorm:"size:50"`
	Email string `gorm:"size:50"`
}

type upStamps struct {
	CreatedAt time.Time
	UpdatedAt time.Time
}

// upRich has the field kinds that GORM writes in ways of their own.
type upRich struct {
	Stamps   upStamps `gorm:"embedded"`
	Key      int64    `gorm:"primaryKey;autoIncrement"`
	Author   upAuthor `gorm:"embedded;embeddedPrefix:author_"`
	Slug     string   `gorm:"size:50;uniqueIndex"`
	Labels   []string `gorm:"serializer:json"`
	Seen     int64    `gorm:"serializer:unixtime;type:timestamp"`
	Hidden   string   `gorm:"-"`
	WriteTwo string   `gorm:"->:false;<-;size:20"`
	Once     string   `gorm:"<-:create;size:20"`
	Made     string   `gorm:"->;size:20;default:(lower('MADE'))"`
	Milli    int64    `gorm:"autoUpdateTime:milli"`
	Nano     int64    `gorm:"autoCreateTime:nano"`
	Ptr      *string  `gorm:"size:20"`
}

var _ = register("17 upsert of serialized and embedded fields", upsertRichFields)

// upsertRichFields: serializers, embedded structs, field permissions and
// integer time stamps are what they are in a create.
func upsertRichFields(e *env) {
	e.migrate(&upRich{})
	text := "p"
	first := []upRich{{Slug: "a", Author: upAuthor{"A", "a@"}, Labels: []string{"x", "y"}, Seen: 1700000000, Once: "first", WriteTwo: "w", Ptr: &text}}
	e.ok(e.db.Create(&first).Error)
	rows := []upRich{
		{Slug: "n", Author: upAuthor{"N", "n@"}, Labels: []string{"n"}, Once: "n", Hidden: "h"},
		{Slug: "a", Author: upAuthor{"B", "b@"}, Labels: []string{"z"}, Seen: 1700000001, Once: "second"},
	}
	e.ok(e.db.Clauses(bySlug).Create(&rows).Error)
	var got []upRich
	e.ok(e.db.Order("slug").Find(&got).Error)
	a := got[0]
	e.equal("key", a.Key, first[0].Key)
	e.equal("embedded", a.Author, upAuthor{"B", "b@"})
	e.equal("labels", a.Labels, []string{"z"})
	e.equal("seen", a.Seen, int64(1700000001))
	e.equal("written on create only", a.Once, "first")
	e.equal("default of a field that is read only", a.Made, "made")
	e.equal("nil pointer", a.Ptr, (*string)(nil))
	e.equal("created_at", a.Stamps.CreatedAt, first[0].Stamps.CreatedAt)
	e.equal("nano of creation", a.Nano, first[0].Nano)
	if a.Milli < first[0].Milli {
		e.t.Errorf("milli of update went from %d to %d", first[0].Milli, a.Milli)
	}
	e.equal("labels of a new row", got[1].Labels, []string{"n"})
	e.equal("struct of the match", []any{rows[1].Key, rows[1].Once, rows[1].Made, rows[1].Nano, rows[1].Stamps.CreatedAt}, []any{a.Key, a.Once, a.Made, a.Nano, a.Stamps.CreatedAt})
	e.equal("ignored field of a struct", rows[0].Hidden, "h")
	left := upRich{Slug: "a", Labels: []string{"q"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, DoNothing: true}).Create(&left).Error)
	e.equal("labels read back", left.Labels, []string{"z"})
	e.equal("seen read back", left.Seen, a.Seen)
	e.equal("embedded read back", left.Author, a.Author)
}

var _ = register("17 upsert by an embedded field", upsertByEmbedded)

// upsertByEmbedded: a match field inside an embedded struct, by column and
// by the field's name.
func upsertByEmbedded(e *env) {
	e.migrate(&upRich{})
	addUniqueIndex(e, &upRich{}, "author_email")
	seed := upRich{Slug: "a", Author: upAuthor{"A", "a@"}}
	e.ok(e.db.Create(&seed).Error)
	row := upRich{Slug: "b", Author: upAuthor{"B", "a@"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"author_email"}}).Create(&row).Error)
	e.equal("key", row.Key, seed.Key)
	row.Author.Name, row.Key = "C", 0
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"Email"}}).Create(&row).Error)
	var got []upRich
	e.ok(e.db.Find(&got).Error)
	e.equal("number of rows", len(got), 1)
	e.equal("row", []any{got[0].Key, got[0].Slug, got[0].Author}, []any{seed.Key, "b", upAuthor{"C", "a@"}})
}

// upQuoted has names that need quotes.
type upQuoted struct {
	ID     uint   `gorm:"column:Id Number;primaryKey"`
	Order  string `gorm:"column:order;size:50;uniqueIndex:,composite:odd names"`
	Group  int64  `gorm:"column:Group By;uniqueIndex:,composite:odd names"`
	Select string `gorm:"column:sel'ect;size:50"`
	Value  int64  `gorm:"column:excluded"`
	Level  int64  `gorm:"column:MiXed;default:(1+1)"`
}

var _ = register("17 upsert with names in need of quotes", upsertQuoted)

// upsertQuoted: reserved words, blanks, mixed case, a quote, and a column
// called excluded.
func upsertQuoted(e *env) {
	e.migrate(&upQuoted{})
	seed := upQuoted{Order: "a", Group: 1, Select: "1", Value: 5, Level: 9}
	e.ok(e.db.Create(&seed).Error)
	table := tableOf(e, &upQuoted{})
	set := []clause.Assignment{{
		Column: clause.Column{Name: "excluded"},
		Value:  gorm.Expr("? + ?", clause.Column{Table: table, Name: "excluded"}, clauses.Excluded("excluded")),
	}}
	rows := []upQuoted{{Order: "b", Group: 1, Select: "2", Value: 1}, {Order: "a", Group: 1, Select: "3", Value: 2}}
	u := clauses.Upsert{Match: []string{"Group By", "order"}, Update: []string{"sel'ect"}, Set: set}
	e.ok(e.db.Clauses(u).Create(&rows).Error)
	var got []upQuoted
	e.ok(e.db.Order(clause.OrderByColumn{Column: clause.Column{Name: "order"}}).Find(&got).Error)
	want := []upQuoted{{seed.ID, "a", 1, "3", 7, 9}, {rows[0].ID, "b", 1, "2", 1, 2}}
	e.equal("rows", got, want)
	e.equal("structs", []upQuoted{rows[1], rows[0]}, want)
	left := []upQuoted{{Order: "b", Group: 1}, {Order: "c", Group: 1}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"Order", "Group"}, DoNothing: true}).Create(&left).Error)
	e.equal("row left alone", left[0], want[1])
}

var _ = register("17 upsert with a prefix and a table of its own name", upsertOtherTable)

// upsertOtherTable: Table() and a naming strategy of another prefix.
func upsertOtherTable(e *env) {
	e.migrate(&upPage{})
	db := e.open(&gorm.Config{NamingStrategy: schema.NamingStrategy{TablePrefix: e.prefix + "x_", SingularTable: true, IdentifierMaxLength: 63}})
	e.ok(db.AutoMigrate(&upPage{}))
	match := clauses.Upsert{Match: []string{"tenant", "slug"}}
	other := e.prefix + "x_up_page"
	for range 2 {
		rows := []upPage{{Tenant: 1, Slug: "a", Title: "1"}, {Tenant: 1, Slug: "b", Title: "2"}}
		e.ok(db.Clauses(match).Create(&rows).Error)
		rows = []upPage{{Tenant: 1, Slug: "b", Title: "3"}, {Tenant: 1, Slug: "c", Title: "4"}}
		e.ok(e.db.Table(other).Clauses(match).Create(&rows).Error)
	}
	var titles []string
	e.ok(e.db.Table(other).Order("slug").Pluck("title", &titles).Error)
	e.equal("titles", titles, []string{"1", "3", "4"})
	e.equal("rows of the model's own table", countOf(e, &upPage{}), int64(0))
}

var _ = register("17 upsert into a schema", upsertSchema)

// upsertSchema: a table named schema.table, with a key of the model and with
// one that only that table has.
func upsertSchema(e *env) {
	if !e.has(capSchemas) {
		e.t.Log("nothing to assert: no schemas")
		return
	}
	name := e.schema()
	e.migrate(&upBare{}) // a table of the same columns without the key
	db := e.open(&gorm.Config{NamingStrategy: schema.NamingStrategy{TablePrefix: name + ".", IdentifierMaxLength: 63}})
	e.ok(db.AutoMigrate(&upBare{}, &upPost{}))
	e.ok(e.db.Exec("CREATE UNIQUE INDEX ON ? (code)", clause.Table{Name: name + ".up_bares"}).Error)
	for i := range 2 {
		posts := []upPost{{Slug: "a", Title: "1"}, {Slug: "b", Title: "2"}}
		e.ok(db.Clauses(bySlug).Create(&posts).Error)
		bares := []upBare{{Code: "a", Part: int64(i)}, {Code: "b", Part: int64(i)}}
		e.ok(db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&bares).Error)
	}
	var parts []int64
	e.ok(db.Model(&upBare{}).Pluck("part", &parts).Error)
	e.equal("parts", parts, []int64{1, 1})
	var n int64
	e.ok(db.Model(&upPost{}).Count(&n).Error)
	e.equal("number of posts", n, int64(2))
}
