package repository

import "gorm.io/gorm"

// Scope narrows or shapes one call: conditions, order, limit, preloads,
// locking. Any function of GORM's own scope form fits.
type Scope = func(*gorm.DB) *gorm.DB
