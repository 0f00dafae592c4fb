package conformance

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// upPost is the plain model of the upsert cases: one unique column, a
// default that only the database knows, one that Go knows, both time stamps.
type upPost struct {
	ID        uint
	Slug      string `gorm:"size:100;uniqueIndex"`
	Title     string `gorm:"size:200"`
	Views     int64
	Rank      int64 `gorm:"default:(1+2)"`
	Score     int64 `gorm:"default:7"`
	CreatedAt time.Time
	UpdatedAt time.Time
}

// String shows what a case compares: all but the key and the time stamps.
func (p upPost) String() string {
	return fmt.Sprintf("%s|%s|v%d|r%d|s%d", p.Slug, p.Title, p.Views, p.Rank, p.Score)
}

// upTag has its key from the tag `unique` instead of an index.
type upTag struct {
	ID   uint
	Name string `gorm:"size:100;unique"`
	Note string `gorm:"size:100"`
}

// upPage is unique by two columns together.
type upPage struct {
	ID     uint
	Tenant int64  `gorm:"uniqueIndex:,composite:tenant_slug"`
	Slug   string `gorm:"size:100;uniqueIndex:,composite:tenant_slug"`
	Title  string `gorm:"size:200"`
	Views  int64
}

// upSetting has no generated key at all.
type upSetting struct {
	Scope string `gorm:"size:50;primaryKey"`
	Name  string `gorm:"size:50;primaryKey"`
	Value string `gorm:"size:200"`
}

// upBare has unique keys in the table that the model does not know of.
type upBare struct {
	ID    uint
	Code  string `gorm:"size:100"`
	Part  int64
	Label string `gorm:"size:100"`
}

// upTwoKeys can hit two rows at once.
type upTwoKeys struct {
	ID    uint
	Email string `gorm:"size:100;uniqueIndex"`
	Phone string `gorm:"size:100;uniqueIndex"`
	Name  string `gorm:"size:100"`
}

func (r upTwoKeys) String() string { return r.Email + "|" + r.Phone + "|" + r.Name }

// upNullable has a key column that may be NULL.
type upNullable struct {
	ID     uint
	Tenant *int64 `gorm:"uniqueIndex:,composite:tenant_code"`
	Code   string `gorm:"size:100;uniqueIndex:,composite:tenant_code"`
	Label  string `gorm:"size:100"`
}

// upDoc is deleted softly, and its key counts the deleted rows.
type upDoc struct {
	ID        uint
	Slug      string `gorm:"size:100;uniqueIndex"`
	Title     string `gorm:"size:100"`
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt gorm.DeletedAt
}

// upLiveDoc is deleted softly, and its key leaves the deleted rows out.
type upLiveDoc struct {
	ID        uint
	Slug      string `gorm:"size:100;uniqueIndex:,where:deleted_at is null"`
	Title     string `gorm:"size:100"`
	CreatedAt time.Time
	DeletedAt gorm.DeletedAt
}

// upPartial has a predicate that has nothing to do with soft delete.
type upPartial struct {
	ID    uint
	Slug  string `gorm:"size:100;uniqueIndex:,where:kind = 'main'"`
	Kind  string `gorm:"size:20"`
	Title string `gorm:"size:100"`
}

// upNote has no unique key but its primary key.
type upNote struct {
	ID   uint
	Text string `gorm:"size:100"`
	Rank int64
}

// upNoKey has no key whatever.
type upNoKey struct {
	Code string `gorm:"size:100"`
	Text string `gorm:"size:100"`
}

// upDefaults tells set from unset in columns with a database default.
type upDefaults struct {
	ID    uint
	Code  string `gorm:"size:50;uniqueIndex"`
	Plain int64
	Level int64  `gorm:"default:(40+2)"`
	State string `gorm:"size:30;default:(lower('NEW'))"`
	Opt   *int64 `gorm:"default:(10+1)"`
}

func (r upDefaults) String() string {
	opt := "nil"
	if r.Opt != nil {
		opt = fmt.Sprint(*r.Opt)
	}
	return fmt.Sprintf("%s|%d|%d|%s|%s", r.Code, r.Plain, r.Level, r.State, opt)
}

// longAgo is the creation time of rows that exist before a case begins.
var longAgo = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
