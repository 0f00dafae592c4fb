package tests

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/repository"
)

func TestHandWrittenCreate(t *testing.T) {
	eachPostgres(t, func(t *testing.T, db, _ *gorm.DB) {
		rows := []thing{newThing("c", 1), {Code: "b", Price: "3", Amount: 2}, newThing("a", 5)}
		rows[2].ID = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"
		must(t, db.Create(&rows).Error)
		wantIDs(t, db, rows)
		wantLines(t, storedThings(t, db), wantThing("a", 5), `b|ok|3.00|{}|{}|2|4`, wantThing("c", 1))
		if rows[1].Mood != "ok" || rows[1].Tags != "{}" || rows[1].Twice != 4 {
			t.Errorf("defaults of a row are %q, %q, %d", rows[1].Mood, rows[1].Tags, rows[1].Twice)
		}
	})
}

func TestHandWrittenUpsert(t *testing.T) {
	eachPostgres(t, func(t *testing.T, db, _ *gorm.DB) {
		old := []thing{newThing("a", 1), newThing("b", 2)}
		must(t, db.Create(&old).Error)
		rows := []thing{newThing("z", 3), newThing("B", 4), newThing("a", 5), newThing("y", 6)}
		for i := range rows {
			rows[i].Handle = of(fmt.Sprint("new ", i))
		}
		// citext takes B for b; the code of a match stays as it is stored.
		must(t, db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&rows).Error)
		wantIDs(t, db, rows)
		wantLines(t, storedThings(t, db), wantThing("a", 5), wantThing("b", 4), wantThing("y", 6), wantThing("z", 3))
		if rows[2].ID != old[0].ID || rows[1].ID != old[1].ID {
			t.Errorf("matches have keys %q and %q, want %q and %q", rows[2].ID, rows[1].ID, old[0].ID, old[1].ID)
		}
	})
}

// matches are keys of every type, spelled otherwise than the server does.
var matches = map[string]struct {
	match   []string
	respell func(r *thing)
}{
	"uuid":   {[]string{"id"}, func(r *thing) { r.ID = strings.ToUpper(r.ID) }},
	"domain": {[]string{"handle"}, func(r *thing) { r.Handle = of(strings.ToUpper(*r.Handle)) }},
	"enum":   {[]string{"mood", "price"}, func(r *thing) { r.Price += "0" }},
	"inet":   {[]string{"ip"}, func(r *thing) { r.IP = of(*r.IP + "/32") }},
	"date":   {[]string{"born"}, func(r *thing) { r.Born = of(strings.ReplaceAll(*r.Born, "-", "/")) }},
	"citext": {[]string{"code"}, func(r *thing) { r.Code = strings.ToUpper(r.Code) }},
}

func TestHandWrittenMatches(t *testing.T) {
	eachPostgres(t, func(t *testing.T, db, _ *gorm.DB) {
		for name, m := range matches {
			t.Run(name, func(t *testing.T) {
				must(t, db.Exec("DELETE FROM "+table(t, db)).Error)
				old := []thing{newThing("a", 1), newThing("b", 2), newThing("c", 3)}
				must(t, db.Create(&old).Error)
				batch := func(amount int) []thing {
					rows := []thing{newThing("c", 3), newThing("new", 9), newThing("a", 1), newThing("b", 2)}
					rows[0].ID, rows[2].ID, rows[3].ID = old[2].ID, old[0].ID, old[1].ID
					rows[1].ID = "00000000-0000-4000-8000-000000000001"
					for i := range rows {
						m.respell(&rows[i])
						rows[i].Amount = amount + i
					}
					return rows
				}
				rows := batch(100)
				var outcomes []clauses.Outcome
				must(t, db.Clauses(clauses.Upsert{Match: m.match, Update: []string{"Amount"}, Outcomes: &outcomes}).Create(&rows).Error)
				want := []clauses.Outcome{clauses.Updated, clauses.Inserted, clauses.Updated, clauses.Updated}
				if !slices.Equal(outcomes, want) {
					t.Errorf("outcomes are %v, want %v", outcomes, want)
				}
				wantIDs(t, db, rows)
				var amounts []int
				must(t, db.Model(&thing{}).Order("code").Pluck("amount", &amounts).Error)
				if !slices.Equal(amounts, []int{102, 103, 100, 101}) {
					t.Errorf("amounts are %v", amounts)
				}

				// Once more, left alone this time: read back, each its own.
				again := batch(1)
				must(t, db.Clauses(clauses.Upsert{Match: m.match, DoNothing: true}).Create(&again).Error)
				for i := range again {
					if again[i].ID != rows[i].ID || again[i].Amount != 100+i || again[i].Twice != 2*(100+i) {
						t.Errorf("row %d left alone is %q with %d, want %q with %d", i, again[i].ID, again[i].Amount, rows[i].ID, 100+i)
					}
				}
			})
		}
	})
}

// table is the name of the table of things.
func table(t *testing.T, db *gorm.DB) string {
	t.Helper()
	stmt := &gorm.Statement{DB: db}
	must(t, stmt.Parse(&thing{}))
	return stmt.Schema.Table
}

func TestHandWrittenSkipUnchanged(t *testing.T) {
	eachPostgres(t, func(t *testing.T, db, _ *gorm.DB) {
		rows := []thing{newThing("a", 1), newThing("b", 2), newThing("c", 3)}
		must(t, db.Create(&rows).Error)
		again := []thing{newThing("c", 3), newThing("a", 1), newThing("d", 4), newThing("b", 2)}
		again[0].Price, again[0].Data, again[0].Tags = "3.500", `{"text":"it's \"q\"","n":3}`, `{"a", "b c"}`
		again[3].Tags = "{other}"
		var outcomes []clauses.Outcome
		u := clauses.Upsert{Match: []string{"code"}, SkipUnchanged: true, Outcomes: &outcomes}
		must(t, db.Omit("Exact").Clauses(u).Create(&again).Error)
		want := []clauses.Outcome{clauses.Unchanged, clauses.Unchanged, clauses.Inserted, clauses.Updated}
		if !slices.Equal(outcomes, want) {
			t.Errorf("outcomes are %v, want %v", outcomes, want)
		}
		wantIDs(t, db, again)
		// A column of type json can't be compared: it counts by its text.
		same := newThing("a", 1)
		outcomes = nil
		must(t, db.Clauses(u).Create(&same).Error)
		if len(outcomes) != 1 || outcomes[0] == clauses.Inserted {
			t.Errorf("outcomes with a json column are %v", outcomes)
		}
	})
}

func TestHandWrittenMany(t *testing.T) {
	eachPostgres(t, func(t *testing.T, db, _ *gorm.DB) {
		const n = 5000 // more than one statement takes
		rows := make([]thing, n)
		for i := range rows {
			rows[i] = newThing(fmt.Sprintf("c%04d", i), i)
		}
		must(t, db.Create(rows[:n/2]).Error)
		for i := range rows {
			rows[i].ID = ""
		}
		slices.Reverse(rows)
		must(t, db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&rows).Error)
		slices.Reverse(rows)
		var stored []thing
		must(t, db.Select("id", "code", "sizes").Order("code").Find(&stored).Error)
		if len(stored) != n {
			t.Fatalf("%d rows are stored", len(stored))
		}
		for i, s := range stored {
			if s.ID != rows[i].ID || *s.Sizes != fmt.Sprintf("{%d,2}", i) {
				t.Fatalf("row %d is %q %s, its struct has %q", i, s.ID, *s.Sizes, rows[i].ID)
			}
		}
	})
}

func TestHandWrittenRepository(t *testing.T) {
	eachPostgres(t, func(t *testing.T, db, _ *gorm.DB) {
		ctx := t.Context()
		r := repository.New[thing](db, nil)
		row := newThing("a", 1)
		must(t, r.Add(ctx, &row))
		row.Price, row.Tags, row.Born = "8", "{x}", nil
		must(t, r.Update(ctx, &row, "Price", "Tags", "Born"))
		_, err := r.GetAndUpdate(ctx, row.ID, func(v *thing) error {
			v.Amount, v.Moods = 41, of("{happy}")
			return nil
		})
		must(t, err)
		wantLines(t, storedThings(t, db), `a|happy|8.00|10.0.0.1|{"n": 1, "text": "it's \"q\""}|{x}|{1,2}|{happy}|41|82|0001ff`)
		created, err := r.GetOrUpsert(ctx, &thing{Code: "A", Price: "0", Amount: 1}, clauses.Upsert{Match: []string{"Code"}})
		must(t, err)
		if created {
			t.Error("citext took A for a new key")
		}
		deleted, err := r.Delete(ctx, strings.ToUpper(row.ID))
		must(t, err)
		if deleted.Code != "a" || deleted.Twice != 82 {
			t.Errorf("deleted row is %+v", deleted)
		}
	})
}

// codeOnly knows of no key of the table but its primary key.
type codeOnly struct {
	ID     string `gorm:"default:gen_random_uuid()"`
	Code   string
	Price  string
	Amount *int
}

// TestHandWrittenTableName: keys are looked up in the table that is written,
// also when a call names it with its schema, and not in another one of the
// same bare name.
func TestHandWrittenTableName(t *testing.T) {
	eachPostgres(t, func(t *testing.T, db, _ *gorm.DB) {
		name := table(t, db)
		rows := []codeOnly{{Code: "a", Price: "1"}, {Code: "b", Price: "2"}}
		must(t, db.Table(name).Create(&rows).Error)
		again := []codeOnly{{Code: "c", Price: "3"}, {Code: "B", Price: "4"}}
		must(t, db.Table(name).Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&again).Error)
		var stored []string
		must(t, db.Table(name).Order("code").Pluck("concat_ws('|', code, price)", &stored).Error)
		wantLines(t, stored, "a|1.00", "b|4.00", "c|3.00")
		if again[1].ID != rows[1].ID {
			t.Errorf("the match has key %q, want %q", again[1].ID, rows[1].ID)
		}
	})
}

// byteThing has bytes in front of columns that are no bytea. What a driver
// makes of them is its own affair; what it takes for one row without the
// plugin it has to take for many with it.
type byteThing struct {
	ID    string `gorm:"default:gen_random_uuid()"`
	Code  []byte `gorm:"uniqueIndex"`
	Price string
	IP    []byte `gorm:"column:ip"`
	Data  []byte `gorm:"default:('{}'::jsonb)"`
	Raw   []byte
}

func TestHandWrittenBytes(t *testing.T) {
	eachPostgres(t, func(t *testing.T, db, plain *gorm.DB) {
		full := func(code string, n byte) byteThing {
			return byteThing{Code: []byte(code), Price: fmt.Sprint(n), IP: []byte(fmt.Sprint("10.1.1.", n)), Data: []byte(`{"a":1}`), Raw: []byte{n}}
		}
		for _, column := range []string{"", "Code", "IP", "Data", "Raw"} {
			keep := func(r byteThing) byteThing {
				out := byteThing{Code: r.Code, Price: r.Price}
				if column != "" {
					from, to := reflect.ValueOf(r).FieldByName(column), reflect.ValueOf(&out).Elem().FieldByName(column)
					to.Set(from)
				}
				return out
			}
			name := table(t, db)
			one := keep(full("plain", 1))
			err := plain.Table(name).Create(&one).Error
			rows := []byteThing{keep(full("b", 2)), keep(full("a", 3))}
			bulk := db.Table(name).Create(&rows).Error
			if (err == nil) != (bulk == nil) {
				t.Errorf("column %q: one row without the plugin: %v; many with it: %v", column, err, bulk)
			}
			rows = []byteThing{keep(full("c", 4)), keep(full("a", 3))}
			upsert := db.Table(name).Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&rows).Error
			if (err == nil) != (upsert == nil) {
				t.Errorf("column %q: one row without the plugin: %v; upsert of many: %v", column, err, upsert)
			}
			must(t, plain.Exec("DELETE FROM "+name).Error)
		}
	})
}
