// Package nearest finds the name that a mistyped one was probably meant to be.
package nearest

import "strings"

// Name returns the candidate that is closest to name by edit distance, or ""
// when there is no candidate. Case and underscores count little, so that
// "CreatedOn" is as near to CreatedAt as to created_at; of equals the one that
// begins alike wins, then the first.
func Name(name string, candidates []string) string {
	best, least, longest := "", 0, 0
	folded := fold(name)
	for i, c := range candidates {
		d, p := distance(folded, fold(c)), commonPrefix(name, c)
		if i == 0 || d < least || (d == least && p > longest) {
			best, least, longest = c, d, p
		}
	}
	return best
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// fold drops what differs between the spellings of a field and its column.
func fold(s string) []rune {
	return []rune(strings.ToLower(strings.ReplaceAll(s, "_", "")))
}

// distance is the Levenshtein distance, kept in one row of its matrix.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
