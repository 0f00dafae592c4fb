package callbacks

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/config"
	"github.com/gormalchemy/alchemy/internal/dialect"
)

// counted has a column that GORM fills and one that the database fills.
type counted struct {
	ID    uint
	Slug  string `gorm:"unique"`
	Title string
	Views int
	Rank  int    `gorm:"default:7"`
	Token string `gorm:"default:(random())"`
}

// named is a dialector without a server that has the name of a database.
type named struct {
	tests.DummyDialector
	name string
}

func (n named) Name() string { return n.name }

func openNamed(tb testing.TB, name string) *gorm.DB {
	tb.Helper()
	db, err := gorm.Open(named{name: name}, &gorm.Config{DryRun: true, Logger: logger.Discard})
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

// statement returns a statement that is about to create dest.
func statement(tb testing.TB, db *gorm.DB, dest any) *gorm.Statement {
	tb.Helper()
	stmt := db.Model(dest).Statement
	stmt.Dest = dest
	stmt.ReflectValue = reflect.Indirect(reflect.ValueOf(dest))
	if err := stmt.Parse(dest); err != nil {
		tb.Fatal(err)
	}
	return stmt
}

// planned returns an upsert of rows that is about to be split into rounds.
func planned(tb testing.TB, name string, u clauses.Upsert, rows *[]counted) (*upserter, []*row) {
	tb.Helper()
	stmt := statement(tb, openNamed(tb, name), rows)
	w := &creator{config: &config.Config{Dialect: dialect.New(stmt.DB)}}
	plan, err := w.resolve(stmt, u)
	if err != nil {
		tb.Fatal(err)
	}
	x := &upserter{sender: sender{db: stmt.DB}, stmt: stmt, dialect: w.config.Dialect, u: plan}
	if err := x.convert(); err != nil {
		tb.Fatal(err)
	}
	keyed, free, err := x.classify()
	if err != nil || len(free) > 0 {
		tb.Fatal(err, free)
	}
	return x, keyed
}

var addViews = []clause.Assignment{{
	Column: clause.Column{Name: "views"},
	Value:  gorm.Expr("counteds.views + ?", clauses.Excluded("views")),
}}

// written writes rounds as the indexes of their rows, as "0 2|1".
func written(rounds [][]*row) string {
	texts := make([]string, 0, len(rounds))
	for _, round := range rounds {
		var b []string
		for _, r := range round {
			b = append(b, fmt.Sprint(r.index))
		}
		texts = append(texts, strings.Join(b, " "))
	}
	return strings.Join(texts, "|")
}

func TestRounds(t *testing.T) {
	for name, c := range map[string]struct {
		upsert clauses.Upsert
		rows   []counted
		want   string
	}{
		"all differ":  {clauses.Upsert{}, []counted{{Slug: "b"}, {Slug: "a"}}, "0 1"},
		"full update": {clauses.Upsert{}, []counted{{Slug: "a", Views: 1}, {Slug: "b"}, {Slug: "a", Views: 2}}, "2 1"},
		"do nothing":  {clauses.Upsert{DoNothing: true}, []counted{{Slug: "a", Views: 1}, {Slug: "b"}, {Slug: "a", Views: 2}}, "0 1"},
		"counters":    {clauses.Upsert{Set: addViews}, []counted{{Slug: "a"}, {Slug: "b"}, {Slug: "a"}, {Slug: "a"}}, "0 1|2|3"},
		"condition":   {clauses.Upsert{Where: []clause.Expression{clause.Expr{SQL: "1 = 1"}}}, []counted{{Slug: "a"}, {Slug: "a"}}, "0|1"},
		"unchanged":   {clauses.Upsert{SkipUnchanged: true}, []counted{{Slug: "a"}, {Slug: "a"}}, "0|1"},
		"update list, the rest differs": {
			clauses.Upsert{Update: []string{"views"}}, []counted{{Slug: "a", Title: "first"}, {Slug: "a", Title: "second"}}, "0|1",
		},
		"update list, the rest is equal": {
			clauses.Upsert{Update: []string{"views"}}, []counted{{Slug: "a", Views: 1}, {Slug: "a", Views: 2}}, "1",
		},
		"defaults left to GORM":          {clauses.Upsert{}, []counted{{Slug: "a", Rank: 3}, {Slug: "a"}}, "0|1"},
		"the default by name, then left": {clauses.Upsert{}, []counted{{Slug: "a", Rank: 7}, {Slug: "a"}}, "0|1"}, // a match gets 7, then keeps it
		"defaults left to the database":  {clauses.Upsert{}, []counted{{Slug: "a", Token: "t"}, {Slug: "a"}}, "0|1"},
	} {
		c.upsert.Match = []string{"slug"}
		x, rows := planned(t, "dummy", c.upsert, &c.rows)
		rounds, err := x.rounds(rows)
		if got := written(rounds); err != nil || got != c.want {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.want)
		}
	}
}

func TestRoundsReject(t *testing.T) {
	x, rows := planned(t, "dummy", clauses.Upsert{Match: []string{"slug"}, Duplicates: clauses.Reject}, &[]counted{{Slug: "b"}, {Slug: "a"}, {Slug: "a"}})
	if _, err := x.rounds(rows); !errors.Is(err, dberr.ErrDuplicateRow) || !strings.Contains(err.Error(), "rows 1 and 2") {
		t.Error(err)
	}
}

// stored is what a row of counted comes to in a table.
type stored struct {
	title       string
	views, rank int
}

// sequential does to a table what an upsert of one row does.
func sequential(table map[string]stored, u clauses.Upsert, r *counted) {
	was, ok := table[r.Slug]
	switch {
	case !ok:
		now := stored{r.Title, r.Views, r.Rank}
		if r.Rank == 0 {
			now.rank = 7
		}
		table[r.Slug] = now
		return
	case u.DoNothing || len(u.Where) > 0 && was.views >= r.Views:
		return
	}
	now := was
	if len(u.Update) == 0 {
		now.title = r.Title
		if r.Rank != 0 {
			now.rank = r.Rank
		}
	}
	now.views = r.Views
	if len(u.Set) > 0 {
		now.views = was.views + r.Views
	}
	table[r.Slug] = now
}

// FuzzRounds: sending the rounds leaves what the rows one by one leave, and
// each row is sent or hangs on one that is.
func FuzzRounds(f *testing.F) {
	for how := range uint8(5) {
		f.Add(how, []byte("abcabc"))
		f.Add(how, []byte("aaaabbbb"))
		f.Add(how, []byte("\x00\x12\x24\x36\x01\x13\x25\x37"))
		f.Add(how, []byte{0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 0, 54, 53, 52})
	}
	f.Fuzz(func(t *testing.T, how uint8, data []byte) {
		u := []clauses.Upsert{
			{}, {DoNothing: true}, {Set: addViews}, {Update: []string{"Views"}}, {Where: []clause.Expression{clause.Expr{SQL: "views < excluded.views"}}},
		}[how%5]
		u.Match = []string{"slug"}
		given := make([]counted, min(len(data), 40))
		if len(given) == 0 {
			return // GORM refuses it
		}
		for i := range given {
			b := int(data[i])
			given[i] = counted{Slug: string(rune('a' + b%3)), Title: []string{"", "x"}[b/3%2], Views: b / 6 % 3, Rank: []int{0, 7, 3}[b/18%3]}
		}
		rows := append([]counted(nil), given...) // conversion fills defaults in
		want, got := map[string]stored{"a": {"old", 1, 1}}, map[string]stored{"a": {"old", 1, 1}}
		for i := range given {
			sequential(want, u, &given[i])
		}
		x, keyed := planned(t, "dummy", u, &rows)
		rounds, err := x.rounds(keyed)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int]int{}
		for _, round := range rounds {
			keys := map[string]bool{}
			for _, r := range round {
				if keys[r.keyText] {
					t.Fatalf("key %q stands twice in a round", r.keyText)
				}
				keys[r.keyText] = true
				sequential(got, u, &given[r.index])
				seen[r.index]++
				for _, a := range r.again {
					seen[a.index]++
				}
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v sent as %s leaves %v, want %v", given, written(rounds), got, want)
		}
		for i := range given {
			if seen[i] != 1 {
				t.Errorf("row %d of %s counts %d times", i, written(rounds), seen[i])
			}
		}
	})
}

func TestRowsFitting(t *testing.T) {
	for _, name := range []string{"dummy", "sqlite", "postgres", "mysql"} {
		d := dialect.New(openNamed(t, name))
		for columns := range 200 {
			for _, extra := range []int{0, 1, 7, 1000, d.ChunkParams() - 1, d.ChunkParams(), d.ChunkParams() + 1} {
				n := rowsFitting(d, columns, extra)
				if n < 1 || n > 1 && (n*columns > d.ChunkParams() || n*columns+extra > d.MaxParams()) {
					t.Errorf("%s: %d rows of %d columns beside %d", name, n, columns, extra)
				}
				if columns > 0 && (n+1)*columns <= d.ChunkParams() && (n+1)*columns+extra <= d.MaxParams() {
					t.Errorf("%s: %d rows of %d columns beside %d leave room for one more", name, n, columns, extra)
				}
			}
		}
	}
}

// TestChunkSize: what a statement binds in all stays in the limit.
func TestChunkSize(t *testing.T) {
	for _, name := range []string{"sqlite", "postgres"} {
		for _, conditions := range []int{0, 10, 1500, 40000} {
			for _, count := range []int{1, 300, 700, 6000, 20000} {
				rows := make([]counted, count)
				for i := range rows {
					rows[i].Slug = fmt.Sprint(i)
				}
				u := clauses.Upsert{Match: []string{"slug"}}
				if conditions > 0 {
					u.Where = []clause.Expression{clause.IN{Column: "views", Values: make([]any, conditions)}}
				}
				x, keyed := planned(t, name, u, &rows)
				for _, g := range x.t.groups(keyed, x.t.databaseDefault) {
					n := min(x.chunkSize(x.shapeOf(g)), len(g.rows))
					if bound := n*len(g.columns) + conditions; n < 1 || n > 1 && bound > x.dialect.MaxParams() {
						t.Errorf("%s: %d rows beside %d conditions go as %d: %d parameters", name, count, conditions, n, bound)
					}
				}
			}
		}
	}
}
