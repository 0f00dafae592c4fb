package main

// workload is one thing to measure. A run of it makes calls of n rows each.
type workload struct {
	name     string
	existing func(i int) bool // rows that are in the table before the run
}

var workloads = []workload{
	{"insert", func(int) bool { return false }},
	{"upsert", func(i int) bool { return i%2 == 0 }}, // half of the rows exist
}

// minRows is how many rows a run writes at least: a small call is made often
// enough for its time to be told from noise.
const minRows = 500

// calls is how many calls of n rows make a run.
func calls(n int) int { return max(1, minRows/n) }

// before makes the rows that are in the table before a run over total rows.
func (w workload) before(total int) []Item {
	var rows []Item
	for i, row := range items(total, 1) {
		if w.existing(i) {
			rows = append(rows, row)
		}
	}
	return rows
}
