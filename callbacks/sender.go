package callbacks

import (
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gormalchemy/alchemy/internal/dialect"
)

// sender sends the statements of one call, one after the other, through the
// one gorm.Statement that GORM gave us.
type sender struct {
	db    *gorm.DB
	began time.Time
	rows  int64 // what the statement in db.Statement.SQL returned
}

// receiver takes the rows of a statement.
type receiver interface {
	begin(*sql.Rows) error // once, rows or not
	each(*sql.Rows) error
}

// eachRow is a receiver that needs no beginning.
type eachRow func(*sql.Rows) error

func (eachRow) begin(*sql.Rows) error       { return nil }
func (e eachRow) each(rows *sql.Rows) error { return e(rows) }

// query writes a statement, sends it and hands on what comes back. In a dry
// run the text is kept and nothing is sent.
func (s *sender) query(write func(*gorm.Statement), to receiver) (err error) {
	stmt := s.db.Statement
	if s.db.Error != nil {
		return s.db.Error
	}
	s.flush()
	write(stmt)
	if s.db.Error != nil || s.db.DryRun {
		return s.db.Error
	}
	rows, err := stmt.ConnPool.QueryContext(stmt.Context, stmt.SQL.String(), stmt.Vars...)
	if err != nil {
		return err
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	if err := to.begin(rows); err != nil {
		return err
	}
	for rows.Next() {
		s.rows++
		if err := to.each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// sendInsert sends one INSERT and reads what it returns. The first large one
// into a table returns all that it writes: its result tells the types by
// which the next can take columns as arrays.
func (s *sender) sendInsert(stmt *gorm.Statement, d *dialect.Dialect, how dialect.Arrays, in *dialect.Insert) (*reader, error) {
	rd := &reader{stmt: stmt, typed: d.Casts(), rows: make([]returned, 0, len(in.Rows))}
	switch how {
	case dialect.AsArrays:
		in.Types = d.ColumnTypes(stmt)
	case dialect.Learn:
		for _, name := range in.Columns {
			if !slices.ContainsFunc(in.Returning, func(c clause.Column) bool { return c.Name == name || c.Name == "*" }) {
				in.Returning = append(in.Returning, clause.Column{Name: name})
				rd.extra = append(rd.extra, name)
			}
		}
	}
	err := s.query(func(stmt *gorm.Statement) { d.WriteInsert(stmt, in) }, rd)
	switch {
	case err != nil || stmt.DryRun:
	case how == dialect.AsArrays:
		d.TookArrays(stmt, true)
	case how == dialect.Learn:
		d.LearnTypes(stmt, rd.types)
	}
	return rd, err
}

// exec writes a statement that returns no rows, sends it, and returns how
// many rows it affected.
func (s *sender) exec(write func(*gorm.Statement)) (int64, error) {
	stmt := s.db.Statement
	s.flush()
	write(stmt)
	if s.db.Error != nil || s.db.DryRun {
		return 0, s.db.Error
	}
	result, err := stmt.ConnPool.ExecContext(stmt.Context, stmt.SQL.String(), stmt.Vars...)
	if err != nil {
		return 0, err
	}
	s.rows, err = result.RowsAffected()
	return s.rows, err
}

// flush makes room for the next statement. GORM traces the last one of a
// call, so each one before it is traced here. A dry run keeps them all.
func (s *sender) flush() {
	stmt := s.db.Statement
	if stmt.SQL.Len() > 0 {
		if s.db.DryRun {
			_, _ = stmt.SQL.WriteString(";\n")
			return
		}
		s.trace()
	}
	stmt.SQL.Reset()
	stmt.Vars = nil
	s.began = time.Now()
	s.rows = 0
}

func (s *sender) trace() {
	stmt, rows := s.db.Statement, s.rows
	s.db.Logger.Trace(stmt.Context, s.began, func() (string, int64) {
		text, vars := stmt.SQL.String(), stmt.Vars
		if f, ok := s.db.Logger.(gorm.ParamsFilter); ok {
			text, vars = f.ParamsFilter(stmt.Context, text, vars...)
		}
		return s.db.Dialector.Explain(text, vars...), rows
	}, nil)
}

// countVars returns the number of bind parameters that write adds.
func countVars(stmt *gorm.Statement, write func()) int {
	text, vars := stmt.SQL.String(), stmt.Vars
	stmt.SQL.Reset()
	stmt.Vars = nil
	write()
	n := len(stmt.Vars)
	stmt.SQL.Reset()
	_, _ = stmt.SQL.WriteString(text)
	stmt.Vars = vars
	return n
}
