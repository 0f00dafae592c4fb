package tests

import (
	"time"

	"gorm.io/gorm"
)

// The models of the golden cases are named as tables are in the documentation.
type (
	// Post has a composite key beside the generated one, and both times.
	Post struct {
		ID        uint
		TenantID  uint   `gorm:"uniqueIndex:idx_posts_tenant_slug"`
		Slug      string `gorm:"uniqueIndex:idx_posts_tenant_slug"`
		Title     string
		Views     int64
		CreatedAt time.Time
		UpdatedAt time.Time
	}

	// Tag is as narrow as a table with a key gets.
	Tag struct {
		ID   uint
		Slug string `gorm:"unique"`
		Name *string
	}

	// Page has a key of which deleted rows are no part.
	Page struct {
		ID        uint
		Slug      string `gorm:"uniqueIndex:idx_pages_slug,where:deleted_at IS NULL"`
		Title     string
		DeletedAt gorm.DeletedAt
	}

	// Account keeps the key of deleted rows.
	Account struct {
		ID        uint
		Email     string `gorm:"unique"`
		Name      string
		DeletedAt gorm.DeletedAt
	}

	// Job has defaults that GORM knows and one that only the database knows.
	Job struct {
		ID       uint
		Slug     string `gorm:"unique"`
		Priority int    `gorm:"default:5"`
		Token    string `gorm:"default:(lower(hex(randomblob(8))))"`
	}

	// Setting has no generated key.
	Setting struct {
		Scope string `gorm:"primaryKey"`
		Name  string `gorm:"primaryKey"`
		Value []byte
	}

	// Line has a table and columns whose names need quotes.
	Line struct {
		ID       uint
		Position int    `gorm:"column:order;uniqueIndex"`
		FullName string `gorm:"column:Full Name"`
	}
)

// TableName returns a reserved word.
func (Line) TableName() string { return "group" }
