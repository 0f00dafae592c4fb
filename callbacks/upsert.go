package callbacks

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gormalchemy/alchemy/clauses"
	"github.com/gormalchemy/alchemy/dberr"
	"github.com/gormalchemy/alchemy/internal/dialect"
	"github.com/gormalchemy/alchemy/internal/nearest"
)

// upsert is a clauses.Upsert whose names are resolved against the model.
type upsert struct {
	clauses.Upsert
	key    dialect.Key
	match  []*schema.Field
	fields []*schema.Field // to write, nil: all
	update []*schema.Field // to update, nil: by default
	set    clause.Set
	where  []clause.Expression
	soft   *softDelete // the match must be live, nil: needn't
}

// resolve checks a clause against the model, the database and the rest of
// the statement. It sends nothing unless the match is no key of the model.
func (w *creator) resolve(stmt *gorm.Statement, c clauses.Upsert) (*upsert, error) {
	if err := w.config.Dialect.CheckUpsert(); err != nil {
		return nil, err
	}
	if err := checkBeside(stmt); err != nil {
		return nil, err
	}
	if err := checkOptions(c); err != nil {
		return nil, err
	}
	u := &upsert{Upsert: c}
	for _, step := range []func(*gorm.Statement) error{u.resolveFields, u.resolveSet, u.checkOverlap, w.resolveKey(u)} {
		if err := step(stmt); err != nil {
			return nil, err
		}
	}
	u.where = qualify(stmt, c.Where)
	u.resolveSoftDelete(stmt)
	return u, nil
}

// checkBeside refuses what can't stand beside an Upsert in one statement.
func checkBeside(stmt *gorm.Statement) error {
	if stmt.Schema == nil {
		return fmt.Errorf("alchemy: Upsert of %T: name the model with Model(&T{}): %w", stmt.Dest, dberr.ErrMisuse)
	}
	if _, ok := stmt.Clauses["ON CONFLICT"]; ok {
		return fmt.Errorf("alchemy: Upsert beside clause.OnConflict: use one of them: %w", dberr.ErrMisuse)
	}
	for _, name := range []string{"WHERE", "ORDER BY", "LIMIT"} {
		if _, ok := stmt.Clauses[name]; ok {
			return fmt.Errorf("alchemy: %s on a create: put the condition of an update into Upsert.Where: %w", name, dberr.ErrMisuse)
		}
	}
	if c, ok := stmt.Clauses["INSERT"].Expression.(clause.Insert); ok && c.Modifier != "" {
		return fmt.Errorf("alchemy: INSERT %s beside Upsert: use Upsert.DoNothing to leave rows alone: %w", c.Modifier, dberr.ErrMisuse)
	}
	return eachInput(stmt, func(int) {}, func(r row) error {
		for name := range r.fields {
			if f := stmt.Schema.LookUpField(name); f == nil || f.DBName == "" {
				return unknownField(stmt.Schema, fmt.Sprintf("map %d", r.index), name)
			}
		}
		return nil
	})
}

// checkOptions refuses options that contradict each other.
func checkOptions(c clauses.Upsert) error {
	if c.Duplicates > clauses.Reject {
		return fmt.Errorf("alchemy: Upsert.Duplicates is %d: use Sequential or Reject: %w", c.Duplicates, dberr.ErrMisuse)
	}
	if !c.DoNothing {
		return nil
	}
	for _, o := range []struct {
		name  string
		given bool
	}{
		{"Update", len(c.Update) > 0},
		{"Set", len(c.Set) > 0},
		{"Where", len(c.Where) > 0},
		{"SkipUnchanged", c.SkipUnchanged},
		{"Revive", c.Revive},
	} {
		if o.given {
			return fmt.Errorf("alchemy: Upsert.DoNothing with Upsert.%s: nothing would be updated: %w", o.name, dberr.ErrMisuse)
		}
	}
	return nil
}

// resolveFields finds the fields that Match, Fields and Update name.
func (u *upsert) resolveFields(stmt *gorm.Statement) (err error) {
	if u.match, err = lookUp(stmt.Schema, "Match", u.Match); err != nil {
		return err
	}
	if u.fields, err = lookUp(stmt.Schema, "Fields", u.Fields); err != nil {
		return err
	}
	if u.update, err = lookUp(stmt.Schema, "Update", u.Update); err != nil {
		return err
	}
	if len(u.match) == 0 {
		u.match = stmt.Schema.PrimaryFields
	}
	if len(u.match) == 0 {
		return fmt.Errorf("alchemy: %s has no primary key: name the key in Upsert.Match: %w%s", stmt.Schema.Name, dberr.ErrMatchNotUnique, listKeys(dialect.ModelKeys(stmt.Schema)))
	}
	for _, f := range u.match {
		if slices.Contains(stmt.Omits, f.Name) || slices.Contains(stmt.Omits, f.DBName) {
			return fmt.Errorf("alchemy: Upsert.Match names %q, which Omit leaves out: %w", f.Name, dberr.ErrMisuse)
		}
	}
	return nil
}

// resolveSet finds the columns that Set assigns.
func (u *upsert) resolveSet(stmt *gorm.Statement) error {
	for _, a := range u.Set {
		f, err := lookUp(stmt.Schema, "Set", []string{a.Column.Name})
		if err != nil {
			return err
		}
		a.Column = clause.Column{Name: f[0].DBName}
		u.set = append(u.set, a)
	}
	return nil
}

// checkOverlap refuses assignments to a key and two to one column.
func (u *upsert) checkOverlap(stmt *gorm.Statement) error {
	assigned := map[string]string{}
	assign := func(option string, f *schema.Field) error {
		switch {
		case slices.Contains(u.match, f):
			return fmt.Errorf("alchemy: Upsert.%s names the match field %q: it is equal by definition: %w", option, f.Name, dberr.ErrMisuse)
		case f.PrimaryKey:
			return fmt.Errorf("alchemy: Upsert.%s names the primary key %q: a key is not changed by an upsert: %w", option, f.Name, dberr.ErrMisuse)
		case !f.Updatable:
			return fmt.Errorf("alchemy: Upsert.%s names %q, which its tag keeps from updates: %w", option, f.Name, dberr.ErrMisuse)
		case assigned[f.DBName] != "":
			return fmt.Errorf("alchemy: Upsert.%s names %q, which %s names already: %w", option, f.Name, assigned[f.DBName], dberr.ErrMisuse)
		}
		assigned[f.DBName] = "Upsert." + option
		return nil
	}
	for _, f := range u.update {
		if len(u.fields) > 0 && !slices.Contains(u.fields, f) {
			return fmt.Errorf("alchemy: Upsert.Update names %q, which Upsert.Fields leaves out: %w", f.Name, dberr.ErrMisuse)
		}
		if err := assign("Update", f); err != nil {
			return err
		}
	}
	for _, a := range u.set {
		if err := assign("Set", stmt.Schema.FieldsByDBName[a.Column.Name]); err != nil {
			return err
		}
	}
	return nil
}

// resolveKey finds the unique key that Match names: in the model, else in
// the table itself.
func (w *creator) resolveKey(u *upsert) func(*gorm.Statement) error {
	return func(stmt *gorm.Statement) error {
		columns := make([]string, len(u.match))
		for i, f := range u.match {
			columns[i] = f.DBName
		}
		keys := dialect.ModelKeys(stmt.Schema)
		var ok bool
		if u.key, ok = dialect.FindKey(keys, columns); ok {
			return nil
		}
		if stmt.DryRun { // reads nothing, so the key is taken on trust
			u.key = dialect.Key{Columns: columns}
			return nil
		}
		t, err := w.config.Dialect.Describe(stmt)
		if err != nil {
			return err
		}
		if u.key, ok = dialect.FindKey(t.Keys, columns); ok {
			return nil
		}
		w.config.Dialect.Forget(stmt)
		return fmt.Errorf("alchemy: Upsert.Match (%s) of %s: %w%s", strings.Join(columns, ", "), stmt.Schema.Name, dberr.ErrMatchNotUnique, listKeys(append(keys, t.Keys...)))
	}
}

// listKeys is the end of a message: the unique keys there are.
func listKeys(keys []dialect.Key) string {
	var texts []string
	for _, k := range keys {
		if s := k.String(); !slices.Contains(texts, s) {
			texts = append(texts, s)
		}
	}
	if len(texts) == 0 {
		return "; there is no unique key: add uniqueIndex to a field"
	}
	return "; the unique keys are " + strings.Join(texts, ", ")
}

// lookUp finds fields by field or column name.
func lookUp(s *schema.Schema, option string, names []string) ([]*schema.Field, error) {
	var fields []*schema.Field
	for _, n := range names {
		f := s.LookUpField(n)
		if f == nil || f.DBName == "" {
			return nil, unknownField(s, "Upsert."+option, n)
		}
		if slices.Contains(fields, f) {
			return nil, fmt.Errorf("alchemy: Upsert.%s names %q twice: %w", option, n, dberr.ErrMisuse)
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// unknownField is the error for a name that the model doesn't have.
func unknownField(s *schema.Schema, where, name string) error {
	var known []string
	for _, f := range s.Fields {
		if f.DBName != "" {
			known = append(known, f.Name, f.DBName)
		}
	}
	hint := ""
	if n := nearest.Name(name, known); n != "" {
		hint = fmt.Sprintf(", did you mean %q?", n)
	}
	return fmt.Errorf("alchemy: %s names %q, which %s does not have%s: %w", where, name, s.Name, hint, dberr.ErrUnknownField)
}

// needsTransaction reports whether the call is, or may become, more than one
// statement.
func (u *upsert) needsTransaction(stmt *gorm.Statement) bool {
	return isMany(stmt) || u.leavesRows() || u.Outcomes != nil
}

// leavesRows reports whether a match may be left alone, so that the
// statement doesn't return it.
func (u *upsert) leavesRows() bool {
	return u.DoNothing || len(u.where) > 0 || u.SkipUnchanged || u.soft != nil
}
