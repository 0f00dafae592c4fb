package main

import (
	"fmt"
	"time"
)

// Item is what every workload writes: ten columns of the usual types.
type Item struct {
	ID        int64
	SKU       string `gorm:"uniqueIndex;size:32"`
	Name      string `gorm:"size:100"`
	Category  string `gorm:"size:40"`
	Price     int64
	Quantity  int
	Weight    float64
	Active    bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TableName keeps the table apart from others in a database given by -dsn.
func (Item) TableName() string { return "alchemy_bench_items" }

// items makes the rows that a run writes. Their content depends on generation
// too, so that an update finds something to change.
func items(n, generation int) []Item {
	rows := make([]Item, n)
	for i := range rows {
		rows[i] = Item{
			SKU:      fmt.Sprintf("SKU-%08d", i),
			Name:     fmt.Sprintf("item %d of generation %d", i, generation),
			Category: categories[i%len(categories)],
			Price:    int64(100 + i*7%9000),
			Quantity: i%50 + generation,
			Weight:   float64(i%1000) / 8,
			Active:   i%3 != 0,
		}
	}
	return rows
}

var categories = [...]string{"books", "games", "garden", "kitchen", "music", "tools"}
