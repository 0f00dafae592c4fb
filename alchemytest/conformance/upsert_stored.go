package conformance

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// seedPosts stores a post a slug, made long ago, and returns the ids.
func seedPosts(e *env, slugs ...string) map[string]uint {
	e.t.Helper()
	ids := map[string]uint{}
	for _, slug := range slugs {
		p := upPost{Slug: slug, Title: "old " + slug, Views: 1, CreatedAt: longAgo, UpdatedAt: longAgo}
		e.ok(e.db.Create(&p).Error)
		ids[slug] = p.ID
	}
	return ids
}

// postLines returns the stored posts in order of slug.
func postLines(e *env) []string {
	e.t.Helper()
	var rows []upPost
	e.ok(e.db.Order("slug").Find(&rows).Error)
	return lines(rows)
}

// lines returns the rows as their String method shows them.
func lines[T fmt.Stringer](rows []T) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.String()
	}
	return out
}

// postBySlug returns the one stored post with that slug.
func postBySlug(e *env, slug string) upPost {
	e.t.Helper()
	var rows []upPost
	e.ok(e.db.Where("slug = ?", slug).Find(&rows).Error)
	if len(rows) != 1 {
		e.t.Fatalf("%d rows have slug %q, want 1", len(rows), slug)
	}
	return rows[0]
}

// ownRows checks that each struct is the stored row with its slug, all
// columns of it.
func ownRows(e *env, rows []upPost) {
	e.t.Helper()
	for i, r := range rows {
		s := postBySlug(e, r.Slug)
		if r.ID != s.ID || r.String() != s.String() {
			e.t.Errorf("struct %d is %d|%v, stored is %d|%v", i, r.ID, r, s.ID, s)
		}
		if !sameInstant(r.CreatedAt, s.CreatedAt) {
			e.t.Errorf("struct %d (%s): created_at %v, stored %v", i, r.Slug, r.CreatedAt, s.CreatedAt)
		}
		if !sameInstant(r.UpdatedAt, s.UpdatedAt) {
			e.t.Errorf("struct %d (%s): updated_at %v, stored %v", i, r.Slug, r.UpdatedAt, s.UpdatedAt)
		}
	}
}

// sameInstant allows for what a column rounds away.
func sameInstant(a, b time.Time) bool {
	return a.Sub(b).Abs() < time.Millisecond
}

// tableOf returns the name of the table of a model, prefix included.
func tableOf(e *env, model any) string {
	e.t.Helper()
	stmt := &gorm.Statement{DB: e.db}
	e.ok(stmt.Parse(model))
	return stmt.Table
}

// addUniqueIndex makes a unique key that the model says nothing of.
func addUniqueIndex(e *env, model any, columns ...string) {
	e.t.Helper()
	table := tableOf(e, model)
	cols := make([]clause.Column, len(columns))
	for i, c := range columns {
		cols[i].Name = c
	}
	name := clause.Column{Name: "own_" + table + "_" + strings.Join(columns, "_")}
	e.ok(e.db.Exec("CREATE UNIQUE INDEX ? ON ? ?", name, clause.Table{Name: table}, cols).Error)
}

// verb returns the first word of a statement, in upper case.
func verb(sql string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(sql), " ")
	return strings.ToUpper(word)
}

// writesOf counts the statements that can change a row.
func writesOf(sent []string) int {
	n := 0
	for _, s := range sent {
		switch verb(s) {
		case "INSERT", "UPDATE", "DELETE", "MERGE":
			n++
		case "WITH":
			if strings.Contains(strings.ToUpper(s), "INSERT INTO") {
				n++
			}
		}
	}
	return n
}

// dataStatements leaves out what frames a transaction and what reads the
// catalog, so that the rest can be counted.
func dataStatements(sent []string) []string {
	var out []string
	for _, s := range sent {
		switch verb(s) {
		case "INSERT", "UPDATE", "DELETE", "MERGE":
			out = append(out, s)
		case "SELECT", "WITH":
			low := strings.ToLower(s)
			if !strings.Contains(low, "pg_") && !strings.Contains(low, "pragma") &&
				!strings.Contains(low, "information_schema") && !strings.Contains(low, "sqlite_master") {
				out = append(out, s)
			}
		}
	}
	return out
}

// upsertLeavesPosts checks that a call changed nothing in the table.
func upsertLeavesPosts(e *env, call func()) {
	e.t.Helper()
	before := postLines(e)
	call()
	e.equal("rows after a refused call", postLines(e), before)
}
