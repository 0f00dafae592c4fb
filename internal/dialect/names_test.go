package dialect

import (
	"strings"
	"testing"
)

func TestIsName(t *testing.T) {
	for text, want := range map[string]bool{
		"posts":               true,
		`"posts"`:             true,
		`"my schema"."posts"`: true,
		"`a b`.`c (d)`":       true,
		`"it""s a name"`:      true,
		`"posts" AS "p"`:      false,
		"posts p":             false,
		"(SELECT 1)":          false,
		"f(x)":                false,
		"`a` \"b\"":           false,
		"":                    false,
	} {
		if got := isName(text); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func TestAfterWhere(t *testing.T) {
	for sql, want := range map[string]string{
		"CREATE UNIQUE INDEX i ON t (a) WHERE b IS NULL":                              "b IS NULL",
		"CREATE UNIQUE INDEX i ON t(a)where b":                                        "b",
		"CREATE UNIQUE INDEX i\nON t (a)\nWHERE\n\tb > 0 \n":                          "b > 0",
		"CREATE UNIQUE INDEX `where` ON `t where` (`a where`) WHERE `b`":              "`b`",
		`CREATE UNIQUE INDEX "i WHERE x" ON "t"("a") WHERE "c" = 'where'`:             `"c" = 'where'`,
		"CREATE UNIQUE INDEX [where a] ON [t] ([where]) WHERE [where] = 1":            "[where] = 1",
		"CREATE UNIQUE INDEX i ON t (somewhere, a) WHERE b":                           "b",
		`CREATE UNIQUE INDEX "it""s where" ON t (a) WHERE b`:                          "b",
		"CREATE UNIQUE INDEX i ON t (ifnull(a, 'where'), b) WHERE (c OR d)":           "(c OR d)",
		"CREATE UNIQUE INDEX i ON t (a) WHERE b = 'x' AND c IN (1, 2)":                "b = 'x' AND c IN (1, 2)",
		"CREATE UNIQUE INDEX idx_where_live ON t (a) WHERE b":                         "b",
		"CREATE UNIQUE INDEX i ON somewhere(a) WHERE b":                               "b",
		"CREATE UNIQUE INDEX i -- where (\n ON t (a) /* where ' */ -- where\nWHERE b": "b",
		"CREATE UNIQUE INDEX i ON t (a)":                                              "",
		"CREATE UNIQUE INDEX `where` ON `t` (`where`)":                                "",
		"where": "",
		"":      "",
	} {
		if got := afterWhere(sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
}

func FuzzAfterWhere(f *testing.F) {
	f.Add("CREATE UNIQUE INDEX i ON t (a) WHERE b IS NULL")
	f.Add("CREATE UNIQUE INDEX `wh'ere` ON [t] (a)) where \"")
	f.Fuzz(func(t *testing.T, sql string) {
		if got := afterWhere(sql); got != strings.TrimSpace(got) || !strings.Contains(sql, got) {
			t.Errorf("%q: %q", sql, got)
		}
	})
}

// FuzzAfterWhereName: no name, however it is spelled, is taken for the word.
func FuzzAfterWhereName(f *testing.F) {
	f.Add("where", "deleted_at IS NULL")
	f.Fuzz(func(t *testing.T, name, where string) {
		quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		sql := "CREATE UNIQUE INDEX " + quoted + " ON " + quoted + " (" + quoted + ")"
		if got := afterWhere(sql); got != "" {
			t.Errorf("%s: %q", sql, got)
		}
		if got := afterWhere(sql + " WHERE " + where); got != strings.TrimSpace(where) {
			t.Errorf("%s WHERE %s: %q", sql, where, got)
		}
	})
}
