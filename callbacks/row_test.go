package callbacks

import (
	"database/sql"
	"database/sql/driver"
	"slices"
	"strings"
	"testing"
	"time"
)

type (
	word    string
	blob    []byte
	upper   struct{ s string }
	twoWays struct{}
)

func (u upper) Value() (driver.Value, error)  { return strings.ToUpper(u.s), nil }
func (twoWays) Value() (driver.Value, error)  { return nil, driver.ErrBadConn }
func pointer[T any](v T) *T                   { return &v }
func textOf(zoned bool, values ...any) string { s, _ := keyText(values, zoned); return s }

func TestKeyTextOfEquals(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for _, same := range [][]any{
		{"a", []byte("a"), word("a"), blob("a"), pointer("a"), pointer(pointer("a")), sql.NullString{String: "a", Valid: true}},
		{7, int8(7), int64(7), uint(7), uint64(7), 7.0, float32(7), pointer(7), sql.NullInt64{Int64: 7, Valid: true}},
		{float32(0.1), 0.1},
		{nil, (*string)(nil), sql.NullString{}, (*time.Time)(nil), (*upper)(nil)},
		{upper{"a"}, "A", &upper{"a"}},
		{now, pointer(now), sql.NullTime{Time: now, Valid: true}, now.In(time.FixedZone("", 3600))},
		{true, pointer(true), sql.NullBool{Bool: true, Valid: true}},
	} {
		for _, v := range same {
			if got, want := textOf(false, v), textOf(false, same[0]); got != want {
				t.Errorf("%T %v: %q, %T: %q", v, v, got, same[0], want)
			}
		}
	}
}

// TestKeyTextTellsApart: no two of these are one, alone or composed.
func TestKeyTextTellsApart(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	keys := [][]any{
		{}, {nil}, {nil, nil}, {""}, {"", ""}, {"n"}, {"n;"}, {";"}, {"a"}, {"A"}, {"a "}, {"a", "b"}, {"a;1sb"}, {"ab"}, {"ab", ""}, {"", "ab"}, {"1s"}, {"1sa;"},
		{"b", "a"}, {"a", nil}, {nil, "a"}, {0}, {1}, {-1}, {10}, {1, 0}, {0.5}, {uint64(1<<64 - 1)}, {true}, {false}, {"true"}, {"btrue"},
		{now}, {now.Add(1)}, {now, "a"}, {now.Unix()}, {time.Unix(now.Unix()+18446744073, 709551622)}, {now.String()}, {"é"}, {"e\u0301"}, {"\x00"}, {"\xff"},
	}
	for _, zoned := range []bool{false, true} {
		seen := map[string][]any{}
		for _, k := range keys {
			text := textOf(zoned, k...)
			if other, ok := seen[text]; ok {
				t.Errorf("%#v and %#v are %q", k, other, text)
			}
			seen[text] = k
		}
	}
}

func TestKeyTextZones(t *testing.T) {
	utc := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if there := utc.In(time.FixedZone("", 7200)); textOf(true, utc) == textOf(true, there) || textOf(false, utc) != textOf(false, there) {
		t.Error("the zone counts where it doesn't, or doesn't where it does")
	}
}

func TestKeyTextNull(t *testing.T) {
	for _, c := range []struct {
		key  []any
		null bool
	}{{[]any{1, nil}, true}, {[]any{(*int)(nil)}, true}, {[]any{1, ""}, false}, {nil, false}, {[]any{twoWays{}}, false}} {
		if _, null := keyText(c.key, false); null != c.null {
			t.Errorf("%v: %t", c.key, null)
		}
	}
}

// FuzzKeyText: composed keys have one text only if they are one key.
func FuzzKeyText(f *testing.F) {
	f.Add("a", "b", int64(1), "a;", "1sb", int64(1), false, false)
	f.Fuzz(func(t *testing.T, a, b string, n int64, c, d string, m int64, null, split bool) {
		one, two := []any{a, b, n}, []any{c, d, m}
		if null {
			one[1] = nil
		}
		if split {
			two = []any{c + d, m}
		}
		equal := slices.Equal(one, two)
		if (textOf(false, one...) == textOf(false, two...)) != equal {
			t.Errorf("%q and %q", one, two)
		}
	})
}

// FuzzKeyTextTime: so with times, of two centuries.
func FuzzKeyTextTime(f *testing.F) {
	f.Add(int64(0), int64(0), int64(0), int64(1), 0, 3600)
	f.Fuzz(func(t *testing.T, s, ns, s2, ns2 int64, zone, zone2 int) {
		const century = 100 * 366 * 24 * 3600
		a := time.Unix(s%century, ns%1e9).In(time.FixedZone("", zone%86400))
		b := time.Unix(s2%century, ns2%1e9).In(time.FixedZone("", zone2%86400))
		if (textOf(false, a) == textOf(false, b)) != a.Equal(b) {
			t.Errorf("%s and %s", a, b)
		}
		if (textOf(true, a) == textOf(true, b)) != (a.Equal(b) && zone%86400 == zone2%86400) {
			t.Errorf("%s and %s, by zone", a, b)
		}
	})
}

// TestSortByKey: overlapping batches come in one order, whatever theirs was.
func TestSortByKey(t *testing.T) {
	moment := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ordered := [][]any{
		{int64(-1), "a"}, {int64(2), "a"}, {int64(2), "B"}, {int64(2), "c"}, {int64(10), "a"},
	}
	rows := make([]*row, 0, len(ordered))
	for i := range ordered {
		rows = append(rows, &row{index: i, key: ordered[i]})
	}
	for range 5 {
		rows = append(rows[2:], rows[0], rows[1])
		slices.Reverse(rows)
		sortByKey(rows)
		for i, r := range rows {
			if r.index != i {
				t.Fatalf("place %d has key %v", i, r.key)
			}
		}
	}
	spellings := []string{"a", "A ", "A", "a  "} // of one key, to a database that folds
	var folded []*row
	for i := range 60 {
		folded = append(folded, &row{index: i, key: []any{int64(i * 7 % 5), spellings[i%4]}})
	}
	sortByKey(folded)
	for i, r := range folded[1:] {
		if before := folded[i]; before.key[0] == r.key[0] && before.index > r.index {
			t.Errorf("rows %d and %d, spellings of one key, changed places", before.index, r.index)
		}
	}
	if compareValues(moment, moment.Add(1)) >= 0 || compareValues(nil, nil) != 0 {
		t.Error("times, or nothing, are out of order")
	}
}

// FuzzCompareValues: an order of one type of key has no circles.
func FuzzCompareValues(f *testing.F) {
	f.Add("a", "B ", "c", int64(1), int64(-2), int64(3))
	f.Fuzz(func(t *testing.T, a, b, c string, n, m, o int64) {
		for _, v := range [][3]any{{a, b, c}, {n, m, o}, {int(n), int(m), int(o)}, {uint64(n), uint64(m), uint64(o)}, {[]byte(a), []byte(b), []byte(c)}} {
			ab, bc, ac := compareValues(v[0], v[1]), compareValues(v[1], v[2]), compareValues(v[0], v[2])
			if compareValues(v[1], v[0]) != -ab || compareValues(v[0], v[0]) != 0 {
				t.Errorf("%v and %v", v[0], v[1])
			}
			if ab <= 0 && bc <= 0 && ac > 0 {
				t.Errorf("%v, %v, %v", v[0], v[1], v[2])
			}
		}
	})
}
