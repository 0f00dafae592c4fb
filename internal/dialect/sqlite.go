package dialect

import (
	"context"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

var sqliteTraits = traits{
	upserts:    true,
	maxParams:  32766,
	chunk:      2048, // a driver in pure Go compares each parameter with each argument
	zonedTimes: true,
	spelling:   sqlite{},
}

type sqlite struct{ standard }

// lookup: VALUES has no limit of legs, and a column of a CTE has neither
// affinity nor collation, so the table's own decide.
func (sqlite) lookup(stmt *gorm.Statement, l *Lookup) {
	_, _ = stmt.WriteString("WITH ")
	stmt.WriteQuoted(sourceTable)
	stmt.WriteQuoted(append([]string{OrdColumn}, l.Key...))
	_, _ = stmt.WriteString(" AS (VALUES ")
	for i, row := range l.Rows {
		if i > 0 {
			_ = stmt.WriteByte(',')
		}
		_, _ = stmt.WriteString("(" + strconv.Itoa(i) + ",")
		stmt.AddVar(stmt, row...)
		_ = stmt.WriteByte(')')
	}
	_, _ = stmt.WriteString(") ")
	writeLookupHead(stmt, l)
	stmt.WriteQuoted(sourceTable)
	writeLookupJoin(stmt, l, " IS ")
}

func (sqlite) takesLegs(*Lookup) bool { return false }

// distinct compares byte by byte: a column that folds case would take a
// changed spelling for no change.
func (sqlite) distinct(b clause.Builder, c clause.Column, value any) {
	b.WriteQuoted(c)
	_, _ = b.WriteString(" COLLATE BINARY IS NOT ")
	b.AddVar(b, value)
}

const sqliteKeys = `SELECT l.name, l.origin, l.partial, COALESCE(s.sql, ''), group_concat(i.name, char(1))
FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = l.name
WHERE l."unique" = 1 GROUP BY l.seq, l.name, l.origin, l.partial, s.sql HAVING count(*) = count(i.name) ORDER BY l.seq DESC`

const sqliteColumns = `SELECT name, type, pk FROM pragma_table_info(?) ORDER BY pk`

func (sqlite) describe(ctx context.Context, q Querier, name TableName) (*Table, error) {
	t := &Table{Types: map[string]string{}}
	var primary []string
	err := collect(ctx, q, sqliteColumns, []any{name.Name}, 3, func(v []string) {
		t.Types[v[0]] = v[1]
		if v[2] != "0" {
			primary = append(primary, v[0])
		}
	})
	if err != nil {
		return nil, err
	}
	if len(primary) > 0 {
		t.Keys = append(t.Keys, Key{Columns: primary, Primary: true})
	}
	return t, collect(ctx, q, sqliteKeys, []any{name.Name}, 5, func(v []string) {
		if v[1] == "pk" {
			return
		}
		key := Key{Name: v[0], Columns: strings.Split(v[4], "\x01")}
		if v[2] == "1" {
			key.Where = afterWhere(v[3])
		}
		t.Keys = append(t.Keys, key)
	})
}

// afterWhere returns the predicate of a CREATE INDEX statement: what follows
// the first WHERE after the column list.
func afterWhere(sql string) string {
	depth, quote, listed := 0, byte(0), false
	for i := 0; i < len(sql); i++ {
		switch c := sql[i]; {
		case quote == 0 && strings.HasPrefix(sql[i:], "--"):
			quote = '\n'
		case quote == 0 && strings.HasPrefix(sql[i:], "/*"):
			end := strings.Index(sql[i+2:], "*/")
			if end < 0 {
				return ""
			}
			i += end + 3
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == '[':
			quote = ']'
		case c == '(':
			depth++
		case c == ')':
			depth--
			listed = true // no name follows but in the predicate
		case listed && depth == 0 && (c == 'w' || c == 'W') && len(sql) > i+5 && strings.EqualFold(sql[i:i+5], "where"):
			return strings.TrimSpace(sql[i+5:])
		}
	}
	return ""
}
