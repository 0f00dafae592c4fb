package tests

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	alchemy "github.com/gormalchemy/alchemy"
)

// handWritten is a schema as a database administrator writes it. Nothing of
// it could come from GORM's AutoMigrate.
const handWritten = `
CREATE SCHEMA @;
CREATE TYPE @.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN @.positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN @.handle AS citext CHECK (length(VALUE::text) < 40);
CREATE TABLE @.things (
	id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	code     citext NOT NULL UNIQUE,
	handle   @.handle UNIQUE,
	mood     @.mood NOT NULL DEFAULT 'ok',
	price    numeric(12,2) NOT NULL,
	ip       inet,
	data     jsonb NOT NULL DEFAULT '{}',
	exact    json,
	born     date,
	at       time,
	span     interval,
	tags     text[] NOT NULL DEFAULT '{}',
	sizes    int[],
	moods    @.mood[],
	amount   @.positive,
	small    smallint,
	raw      bytea,
	padded   char(8),
	seen     timestamptz NOT NULL DEFAULT now(),
	twice    integer GENERATED ALWAYS AS (amount * 2) STORED,
	UNIQUE (mood, price),
	UNIQUE (ip),
	UNIQUE (born)
);`

// thing is the table behind strings, ints and bytes.
type thing struct {
	ID     string `gorm:"default:gen_random_uuid()"`
	Code   string
	Handle *string
	Mood   string `gorm:"default:ok"`
	Price  string
	IP     *string `gorm:"column:ip"`
	Data   string  `gorm:"default:{}"`
	Exact  *string
	Born   *string
	At     *string
	Span   *string
	Tags   string `gorm:"default:(ARRAY[]::text[])"`
	Sizes  *string
	Moods  *string
	Amount int
	Small  *int
	Raw    []byte
	Padded *string
	Twice  int `gorm:"->;default:(0)"`
}

// postgresDrivers are the ways to reach the server under dsn.
func postgresDrivers(dsn string) map[string]postgres.Config {
	return map[string]postgres.Config{
		"pgx":        {DSN: dsn},
		"pgx simple": {DSN: dsn, PreferSimpleProtocol: true},
		"lib pq":     {DSN: dsn, DriverName: "postgres"},
	}
}

// eachPostgres runs f with every driver on every server, in a hand-written
// schema of its own; plain is the same without the plugin.
func eachPostgres(t *testing.T, f func(t *testing.T, db, plain *gorm.DB)) {
	t.Helper()
	for _, server := range []string{"ALCHEMY_TEST_POSTGRES_DSN", "ALCHEMY_TEST_POSTGRES18_DSN"} {
		t.Run(server, func(t *testing.T) {
			for name, cfg := range postgresDrivers(dsn(t, server)) {
				t.Run(name, func(t *testing.T) {
					plain, prefix := handWrite(t, cfg)
					db := openPostgres(t, cfg, prefix)
					must(t, db.Use(alchemy.New(alchemy.Config{})))
					f(t, db, plain)
				})
			}
		})
	}
}

// handWrite makes the schema and drops it when the test ends.
func handWrite(t *testing.T, cfg postgres.Config) (db *gorm.DB, prefix string) {
	t.Helper()
	random := make([]byte, 4)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	name := "hand_" + hex.EncodeToString(random)
	db = openPostgres(t, cfg, name+".")
	// Two sessions that make one extension at once get in each other's way.
	must(t, db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(7061)").Error; err != nil {
			return err
		}
		return tx.Exec("CREATE EXTENSION IF NOT EXISTS citext").Error
	}))
	t.Cleanup(func() { must(t, db.Exec("DROP SCHEMA "+name+" CASCADE").Error) })
	for _, text := range strings.Split(strings.ReplaceAll(handWritten, "@", name), ";\n") {
		must(t, db.Exec(text).Error)
	}
	return db, name + "."
}

func openPostgres(t *testing.T, cfg postgres.Config, prefix string) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(postgres.New(cfg), &gorm.Config{
		NamingStrategy: schema.NamingStrategy{TablePrefix: prefix}, Logger: logger.Discard,
	})
	must(t, err)
	pool, err := db.DB()
	must(t, err)
	t.Cleanup(func() { must(t, pool.Close()) })
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// storedThings lists the table as the server prints it, by code.
func storedThings(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	var lines []string
	must(t, db.Model(&thing{}).Order("code").Pluck(
		"concat_ws('|', code, mood, price, ip, data, born, tags, sizes, moods, amount, twice, encode(raw, 'hex'))", &lines).Error)
	return lines
}

// newThing sets every column; n makes it differ from others.
func newThing(code string, n int) thing {
	return thing{
		Code: code, Handle: of("Handle " + code), Mood: "happy", Price: fmt.Sprintf("%d.5", n), IP: of(fmt.Sprintf("10.0.%d.%d", n/250, n%250)),
		Data: fmt.Sprintf(`{"n" : %d, "text":"it's \"q\""}`, n), Exact: of(`{"b":1, "a":2}`), Born: of(fmt.Sprintf("%d-02-03", 1000+n)),
		At: of("12:30:00"), Span: of("1 day 02:00:00"), Tags: `{a,"b c"}`, Sizes: of(fmt.Sprintf("{%d,2}", n)), Moods: of("{sad,ok}"),
		Amount: n + 1, Small: of(7), Raw: []byte{0, byte(n), 255}, Padded: of("ab"),
	}
}

func of[T any](v T) *T { return &v }

// wantThing is the line of newThing in storedThings.
func wantThing(code string, n int) string {
	return fmt.Sprintf(`%s|happy|%d.50|10.0.%d.%d|{"n": %d, "text": "it's \"q\""}|%d-02-03|{a,"b c"}|{%d,2}|{sad,ok}|%d|%d|00%02xff`,
		code, n, n/250, n%250, n, 1000+n, n, n+1, 2*(n+1), byte(n))
}

// wantIDs checks that each struct has the key under which its code is stored.
func wantIDs(t *testing.T, db *gorm.DB, rows []thing) {
	t.Helper()
	for i, r := range rows {
		var id string
		must(t, db.Model(&thing{}).Where("code = ?", r.Code).Pluck("id", &id).Error)
		if r.ID == "" || !strings.EqualFold(r.ID, id) {
			t.Errorf("row %d (%s) has key %q, stored is %q", i, r.Code, r.ID, id)
		}
	}
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("stored rows are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
