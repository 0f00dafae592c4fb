package repository

import (
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
)

// inert is a *gorm.DB without a database and without callbacks: whatever is
// called on it sends nothing. It carries the error of a repository that was
// made without a db, and runs scopes, see settle.
var inert = sync.OnceValue(func() *gorm.DB {
	db, err := gorm.Open(inertDialector{}, &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true})
	if err != nil { // inertDialector fails nowhere; keep what GORM said all the same
		db = &gorm.DB{Config: &gorm.Config{}, Statement: &gorm.Statement{}, Error: err}
	}
	return db
})

type inertDialector struct{}

var _ gorm.Dialector = inertDialector{}

func (inertDialector) Name() string                                   { return "inert" }
func (inertDialector) Initialize(*gorm.DB) error                      { return nil }
func (inertDialector) Migrator(*gorm.DB) gorm.Migrator                { return nil }
func (inertDialector) DataTypeOf(*schema.Field) string                { return "" }
func (inertDialector) DefaultValueOf(*schema.Field) clause.Expression { return clause.Expr{} }
func (inertDialector) BindVarTo(clause.Writer, *gorm.Statement, any)  {}
func (inertDialector) QuoteTo(w clause.Writer, s string)              { _, _ = w.WriteString(s) } // a builder never fails
func (inertDialector) Explain(sql string, _ ...any) string            { return sql }
