package conformance

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/clauses"
)

// upKind is a key type that writes and reads itself.
type upKind struct{ a, b string }

func (k upKind) Value() (driver.Value, error) { return k.a + "/" + k.b, nil }

func (k *upKind) Scan(src any) error {
	var text string
	switch v := src.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		return fmt.Errorf("upKind from %T", src)
	}
	k.a, k.b, _ = strings.Cut(text, "/")
	return nil
}

func (upKind) GormDataType() string { return "string" }

// upKeyed is unique by a field of each kind, one model a key type.
type upKeyed[K any] struct {
	ID   uint
	Key  K      `gorm:"uniqueIndex;size:60"`
	Note string `gorm:"size:20"`
}

// byKeyType upserts three keys in three orders, with updates and without,
// and wants each struct to have the id of its own key.
func byKeyType[K any](name string, keys [3]K) struct{} {
	return register("07 upsert by a key of type "+name, func(e *env) {
		table := e.table("keyed")
		e.ok(e.db.Table(table).AutoMigrate(&upKeyed[K]{}))
		do := func(nothing bool, rows *[]upKeyed[K]) {
			e.t.Helper()
			e.ok(e.db.Table(table).Clauses(clauses.Upsert{Match: []string{"key"}, DoNothing: nothing}).Create(rows).Error)
		}
		first := []upKeyed[K]{{Key: keys[1], Note: "1"}, {Key: keys[0], Note: "1"}}
		do(false, &first)
		again := []upKeyed[K]{{Key: keys[2], Note: "2"}, {Key: keys[0], Note: "2"}, {Key: keys[1], Note: "2"}, {Key: keys[0], Note: "3"}}
		do(false, &again)
		left := []upKeyed[K]{{Key: keys[1], Note: "4"}, {Key: keys[2], Note: "4"}, {Key: keys[1], Note: "5"}, {Key: keys[0], Note: "4"}}
		do(true, &left)
		a, b, c := first[1].ID, first[0].ID, again[0].ID
		e.equal("ids of updated rows", []uint{again[1].ID, again[2].ID, again[3].ID}, []uint{a, b, a})
		e.equal("ids left alone", []uint{left[0].ID, left[1].ID, left[2].ID, left[3].ID}, []uint{b, c, b, a})
		e.equal("notes left alone", []string{left[0].Note, left[1].Note, left[3].Note}, []string{"2", "2", "3"})
		if a == b || b == c || a == c || a == 0 {
			e.t.Errorf("ids %d, %d, %d of three keys", a, b, c)
		}
		var n int64
		e.ok(e.db.Table(table).Count(&n).Error)
		e.equal("number of rows", n, int64(3))
	})
}

func pointerTo[T any](v T) *T { return &v }

var (
	_ = byKeyType("string", [3]string{"", "O'Brien \\ \"é\" 🙂", "o'brien"})
	_ = byKeyType("int8", [3]int8{-128, 0, 127})
	_ = byKeyType("int64", [3]int64{-1 << 63, 0, 1<<63 - 1})
	_ = byKeyType("uint32", [3]uint32{0, 1, 1<<32 - 1})
	_ = byKeyType("bytes", [3][]byte{{0}, {0, 255}, []byte("text")})
	_ = byKeyType("float64", [3]float64{0.1, 0, -1e300})
	_ = byKeyType("time", [3]time.Time{longAgo, longAgo.Add(time.Microsecond), longAgo.AddDate(30, 0, 0)})
	_ = byKeyType("pointer", [3]*string{pointerTo(""), pointerTo("a"), pointerTo("A")})
	_ = byKeyType("pointer to int", [3]*int64{pointerTo(int64(0)), pointerTo(int64(1)), pointerTo(int64(-1))})
	_ = byKeyType("sql.NullString", [3]sql.NullString{{Valid: true}, {String: "a", Valid: true}, {String: "b", Valid: true}})
	_ = byKeyType("sql.NullInt64", [3]sql.NullInt64{{Valid: true}, {Int64: 7, Valid: true}, {Int64: -7, Valid: true}})
	_ = byKeyType("Valuer", [3]upKind{{"", ""}, {"a", "b"}, {"b", "a"}})
)

var _ = register("07 upsert by a bool", upsertByBool)

// upsertByBool: a key of two values only.
func upsertByBool(e *env) {
	e.migrate(&upSwitch{})
	u := clauses.Upsert{Match: []string{"on"}}
	first := []upSwitch{{On: true, Note: "1"}, {On: false, Note: "2"}}
	e.ok(e.db.Clauses(u).Create(&first).Error)
	again := []upSwitch{{On: false, Note: "3"}, {On: true, Note: "4"}}
	e.ok(e.db.Clauses(u).Create(&again).Error)
	e.equal("ids", []uint{again[0].ID, again[1].ID}, []uint{first[1].ID, first[0].ID})
	e.equal("number of rows", countOf(e, &upSwitch{}), int64(2))
}

type upSwitch struct {
	ID   uint
	On   bool   `gorm:"column:on;uniqueIndex"`
	Note string `gorm:"size:20"`
}

// upTicket has a key that the program makes, and one to match by.
type upTicket struct {
	Code string `gorm:"size:40;primaryKey"`
	Seat string `gorm:"size:40;uniqueIndex"`
	Who  string `gorm:"size:40"`
}

var _ = register("09 upsert gives back a key that the program made", upsertGivenKey)

// upsertGivenKey: a match keeps the primary key it has, and the struct gets
// it in place of the one it brought.
func upsertGivenKey(e *env) {
	e.migrate(&upTicket{})
	e.ok(e.db.Create(&[]upTicket{{"t1", "A1", "ann"}, {"t2", "A2", "bob"}}).Error)
	rows := []upTicket{{"t9", "A3", "cid"}, {"t8", "A2", "dan"}, {"t7", "A1", "eve"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"seat"}}).Create(&rows).Error)
	want := []upTicket{{"t1", "A1", "eve"}, {"t2", "A2", "dan"}, {"t9", "A3", "cid"}}
	e.equal("structs", rows, []upTicket{want[2], want[1], want[0]})
	left := upTicket{"t6", "A2", "x"}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"seat"}, DoNothing: true}).Create(&left).Error)
	e.equal("struct left alone", left, want[1])
	var got []upTicket
	e.ok(e.db.Order("code").Find(&got).Error)
	e.equal("rows", got, want)
	clash := upTicket{"t1", "A9", "x"} // a new seat under a code that is taken
	wantDuplicateKey(e, e.db.Clauses(clauses.Upsert{Match: []string{"seat"}}).Create(&clash).Error)
}

// upLink is all key.
type upLink struct {
	A, B int64 `gorm:"primaryKey;autoIncrement:false"`
}

var _ = register("15 upsert of rows that are all key", upsertAllKey)

// upsertAllKey: nothing is left to update, so a match is left alone.
func upsertAllKey(e *env) {
	e.migrate(&upLink{})
	for _, rows := range [][]upLink{{{1, 2}, {2, 1}}, {{2, 1}, {3, 3}, {1, 2}, {3, 3}}} {
		given := append([]upLink(nil), rows...)
		e.ok(e.db.Clauses(clauses.Upsert{}).Create(&rows).Error)
		e.equal("structs", rows, given)
	}
	var got []upLink
	e.ok(e.db.Order("a").Find(&got).Error)
	e.equal("rows", got, []upLink{{1, 2}, {2, 1}, {3, 3}})
}

// upComputed has a column that the database computes.
type upComputed struct {
	ID     uint
	Slug   string `gorm:"size:20;uniqueIndex"`
	Amount int64
	Double int64 `gorm:"->;type:bigint GENERATED ALWAYS AS (amount * 2) STORED;default:(-)"`
}

var _ = register("09 upsert gives back computed columns", upsertComputed)

// upsertComputed: of new, updated and ignored rows.
func upsertComputed(e *env) {
	e.migrate(&upComputed{})
	e.ok(e.db.Create(&[]upComputed{{Slug: "a", Amount: 1}, {Slug: "b", Amount: 2}}).Error)
	rows := []upComputed{{Slug: "n", Amount: 10}, {Slug: "b", Amount: 20}, {Slug: "b", Amount: 30}, {Slug: "a", Amount: 40}}
	e.ok(e.db.Clauses(bySlug).Create(&rows).Error)
	e.equal("doubles", []int64{rows[0].Double, rows[1].Double, rows[2].Double, rows[3].Double}, []int64{20, 60, 60, 80})
	left := upComputed{Slug: "a", Amount: 1000}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"slug"}, DoNothing: true}).Create(&left).Error)
	e.equal("left alone", []int64{left.Amount, left.Double}, []int64{40, 80})
}

var _ = register("07 upsert by a partial key of the table alone", upsertByPartialTableKey)

// upsertByPartialTableKey: the predicate of an index that the model does not
// know is read from the table.
func upsertByPartialTableKey(e *env) {
	if !e.has(capPartialIndex) {
		e.t.Log("nothing to assert: no partial unique indexes")
		return
	}
	e.migrate(&upBare{})
	table := tableOf(e, &upBare{})
	e.ok(e.db.Exec("CREATE UNIQUE INDEX ? ON ? (code) WHERE part > 0 AND label <> 'it''s'", clause.Column{Name: "own_" + table}, clause.Table{Name: table}).Error)
	seed := []upBare{{Code: "a", Part: 1, Label: "1"}, {Code: "b", Part: 0, Label: "2"}}
	e.ok(e.db.Create(&seed).Error)
	rows := []upBare{{Code: "b", Part: 2, Label: "3"}, {Code: "a", Part: 2, Label: "4"}}
	e.ok(e.db.Clauses(clauses.Upsert{Match: []string{"code"}}).Create(&rows).Error)
	e.equal("id of the match", rows[1].ID, seed[0].ID)
	var got []upBare
	e.ok(e.db.Order("label").Find(&got).Error)
	e.equal("rows", got, []upBare{seed[1], {rows[0].ID, "b", 2, "3"}, {seed[0].ID, "a", 2, "4"}})
}

var _ = register("09 upsert with a cancelled context", upsertCancelled)

// upsertCancelled: the error is the context's, and nothing was done.
func upsertCancelled(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	ctx, cancel := context.WithCancel(e.ctx)
	cancel()
	rows := []upPost{{Slug: "a", Title: "x"}, {Slug: "b", Title: "x"}}
	upsertLeavesPosts(e, func() {
		e.wantErr(e.db.WithContext(ctx).Clauses(bySlug).Create(&rows).Error, context.Canceled)
	})
	e.equal("ids", []uint{rows[0].ID, rows[1].ID}, []uint{0, 0})
}

var _ = register("09 upsert in a transaction that is rolled back", upsertRolledBack)

// upsertRolledBack: the caller's rollback takes everything back.
func upsertRolledBack(e *env) {
	e.migrate(&upPost{})
	seedPosts(e, "a")
	stop := errors.New("stop")
	upsertLeavesPosts(e, func() {
		e.wantErr(e.db.Transaction(func(tx *gorm.DB) error {
			rows := []upPost{{Slug: "a", Title: "x"}, {Slug: "b", Title: "x"}, {Slug: "a", Title: "y"}}
			e.ok(tx.Clauses(bySlug).Create(&rows).Error)
			one := upPost{Slug: "c"}
			e.ok(tx.Clauses(clauses.Upsert{Match: []string{"slug"}, DoNothing: true}).Create(&one).Error)
			var n int64
			e.ok(tx.Model(&upPost{}).Count(&n).Error)
			e.equal("rows seen inside", n, int64(3))
			return stop
		}), stop)
	})
}
