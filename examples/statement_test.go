package examples

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gormalchemy/alchemy"
	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/repository"
)

// post is the model that the README's statements are about.
type post struct {
	ID        uint
	Slug      string `gorm:"uniqueIndex"`
	Title     string
	Views     int
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (post) TableName() string { return "posts" }

// recorder is a logger that keeps the statements, without their values.
type recorder struct {
	logger.Interface
	sent *[]string
}

func (r recorder) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	text, _ := statement()
	*r.sent = append(*r.sent, text)
}

// ParamsFilter keeps the values out of the text.
func (recorder) ParamsFilter(_ context.Context, text string, _ ...any) (string, []any) {
	return text, nil
}

// TestREADMEStatement compares the statement for SQLite in the README with
// the one that is sent.
func TestREADMEStatement(t *testing.T) {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Use(alchemy.New(alchemy.Config{})); err != nil {
		t.Fatal(err)
	}
	if err := db.AutoMigrate(&post{}); err != nil {
		t.Fatal(err)
	}
	var sent []string
	posts := repository.New[post](db.Session(&gorm.Session{Logger: recorder{logger.Discard, &sent}}), nil)
	rows := []post{{Slug: "a"}, {Slug: "b"}}
	if err := posts.UpsertMany(t.Context(), rows, clauses.Upsert{Match: []string{"slug"}}); err != nil {
		t.Fatal(err)
	}
	shown := slices.DeleteFunc(blocks(t, "../README.md"), func(b block) bool {
		return b.lang != "sql" || !strings.Contains(b.text, "`")
	})
	if len(shown) != 1 || len(sent) != 1 {
		t.Fatalf("the README shows %d statements for SQLite, %d were sent, want one of each:\n%s", len(shown), len(sent), strings.Join(sent, "\n"))
	}
	if got, want := oneLine(sent[0]), oneLine(shown[0].text); got != want {
		t.Errorf("sent:\n%s\nthe README says:\n%s", got, want)
	}
}

// oneLine makes each run of white space one space.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
