package conformance

import (
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// generator makes random values; one seed makes the same values every time.
type generator struct {
	*rand.Rand
	nul    bool // strings may hold the byte 0
	uint64 bool // integers may be above 1<<63-1
}

func newGenerator(e *env, seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, seed)), nul: e.has(capNULInText), uint64: e.has(capUint64)}
}

// maybe gives a pointer to v, or nil.
func maybe[T any](g *generator, v T) *T {
	if g.IntN(3) == 0 {
		return nil
	}
	return &v
}

func (g *generator) coin() bool { return g.IntN(2) == 0 }

// integer is random within the given number of bits, its extremes and zero
// more often than others.
func (g *generator) integer(bits int) int64 {
	lowest := int64(-1) << (bits - 1)
	switch g.IntN(6) {
	case 0:
		return 0
	case 1:
		return lowest
	case 2:
		return -(lowest + 1)
	}
	return int64(g.Uint64()) >> (64 - bits)
}

func (g *generator) unsigned(bits int) uint64 {
	switch g.IntN(6) {
	case 0:
		return 0
	case 1:
		return g.limit(math.MaxUint64 >> (64 - bits))
	}
	return g.limit(g.Uint64() >> (64 - bits))
}

func (g *generator) limit(v uint64) uint64 {
	if !g.uint64 && v > math.MaxInt64 {
		return v >> 1
	}
	return v
}

// pieces are parts of strings that something has choked on before.
var pieces = []string{
	"a", "Zoë", "'", "''", `"`, "`", `\`, "%", "_", "?", "$1", "@p1", ":x", "{}", "NULL", "\n", "\t", " ", "日本", "🙂", "\u200b", "--", ";", "[1]",
}

func (g *generator) text() string {
	var b strings.Builder
	for range g.IntN(6) {
		b.WriteString(pieces[g.IntN(len(pieces))])
	}
	if g.nul && g.IntN(4) == 0 {
		b.WriteString("\x00nul")
	}
	return b.String()
}

// ascii is a short text for columns with a length.
func (g *generator) ascii() string { return fmt.Sprintf("t%d", g.IntN(1000)) }

func (g *generator) bytes() []byte {
	if g.IntN(4) == 0 {
		return nil
	}
	b := make([]byte, g.IntN(9))
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

var zones = []*time.Location{
	time.UTC, time.FixedZone("east", 5*3600+1800), time.FixedZone("west", -8*3600), time.FixedZone("far", 13*3600),
}

// moment is a time between 1900 and 2100, in a random zone, to the microsecond.
func (g *generator) moment() time.Time {
	seconds := g.Int64N(200*365*86400) - 70*365*86400
	return time.Unix(seconds, g.Int64N(1e6)*1000).In(zones[g.IntN(len(zones))])
}

func (g *generator) decimal() decimalText {
	sign := []string{"", "-"}[g.IntN(2)]
	return decimalText(fmt.Sprintf("%s%d.%010d", sign, 1+g.Int64N(1e15), g.Int64N(1e10)))
}

func (g *generator) uuid() (u uuidBytes) {
	for i := range u {
		u[i] = byte(g.Uint32())
	}
	return u
}

func (g *generator) uuidText() uuidText {
	u := g.uuid()
	return uuidText(fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]))
}

// document is JSON that a database which parses it gives back unchanged but
// for blanks.
func (g *generator) document() document {
	switch g.IntN(4) {
	case 0:
		return nil
	case 1:
		return document(fmt.Sprintf(`[%d,"it's \"x\"",null]`, g.IntN(100)))
	}
	return document(fmt.Sprintf(`{"a":%d,"b":{"c":[true,"é🙂"]}}`, g.IntN(100)))
}

// row is a random everyType with the given key for matching.
func (g *generator) row(ref string) everyType {
	r := everyType{
		Ref: ref,
		I:   int(g.integer(64)), I8: int8(g.integer(8)), I16: int16(g.integer(16)), I32: int32(g.integer(32)), I64: g.integer(64),
		U: uint(g.unsigned(64)), U8: uint8(g.unsigned(8)), U16: uint16(g.unsigned(16)), U32: uint32(g.unsigned(32)), U64: g.unsigned(64),
		F32: float32(g.integer(16)) / 8, F64: (g.Float64() - 0.5) * math.Pow10(g.IntN(20)-4), Yes: g.coin(),
		Text: g.text(), Mood: mood(g.ascii()), Dec: g.decimal(), Bytes: g.bytes(), UUID: g.uuidText(), Raw: g.uuid(),
		At: g.moment(), Opt: maybe(g, g.moment()),
		Doc: g.document(), Pref: preferences{Theme: strings.ReplaceAll(g.text(), "\x00", "")}, Unix: g.moment().Unix(),
		PInt: maybe(g, g.integer(64)), PText: maybe(g, g.text()), PBool: maybe(g, g.coin()), PFloat: maybe(g, float64(g.integer(20))/4),
		PRaw:  maybe(g, g.uuid()),
		NText: sql.NullString{String: g.text(), Valid: true}, NInt: sql.NullInt64{Int64: g.integer(64), Valid: true},
		NInt16: sql.NullInt16{Int16: int16(g.integer(16)), Valid: true}, NByte: sql.NullByte{Byte: byte(g.unsigned(8)), Valid: true},
		NBool: sql.NullBool{Bool: g.coin(), Valid: true}, NFloat: sql.NullFloat64{Float64: float64(g.integer(20)) / 4, Valid: true},
		NTime: sql.NullTime{Time: g.moment(), Valid: true}, NAny: sql.Null[int32]{V: int32(g.integer(32)), Valid: true},
		Home: address{Street: g.text(), Number: maybe(g, int32(g.integer(32)))},
		Flag: maybe(g, g.coin()),
	}
	g.sparse(&r)
	return r
}

// sparse empties some fields and fills others.
func (g *generator) sparse(r *everyType) {
	if g.coin() {
		r.NText, r.NInt, r.NTime = sql.NullString{}, sql.NullInt64{}, sql.NullTime{}
	}
	if g.coin() {
		r.NInt16, r.NByte, r.NBool = sql.NullInt16{}, sql.NullByte{}, sql.NullBool{}
		r.NFloat, r.NAny = sql.NullFloat64{}, sql.Null[int32]{}
	}
	if g.coin() {
		r.Work = &address{Street: g.ascii(), Number: ptr(int32(g.integer(32)))}
	}
	if g.coin() {
		r.Tags = []string{strings.ReplaceAll(g.text(), "\x00", ""), "x"}
		r.Any = map[string]any{"n": float64(g.IntN(9)), "s": "it's"}
		r.Gob, r.Pref.Sizes = []int{1, g.IntN(9)}, []int{g.IntN(9)}
	}
	if g.coin() {
		r.Level = g.integer(20)
	}
	if g.coin() {
		r.State = g.ascii()
	}
	if g.IntN(4) == 0 {
		r.Given = g.integer(20)
	}
	if g.IntN(4) == 0 {
		r.CreatedAt, r.UpdatedAt = g.moment(), g.moment()
	}
	if g.IntN(8) == 0 {
		r.DeletedAt.Time, r.DeletedAt.Valid = g.moment(), true
	}
}
