package main

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
)

// The lists come from Debian's iso-codes package; see the README beside them.
var (
	//go:embed countries.csv
	countriesCSV []byte
	//go:embed subdivisions.csv
	subdivisionsCSV []byte
	//go:embed subdivisions-next.csv
	nextCSV []byte
)

// data parses the three lists.
func data() (countries []Country, first, next []Subdivision, err error) {
	country := func(r []string) Country {
		return Country{Code: r[0], Alpha3: r[1], Numeric: r[2], Name: r[3]}
	}
	subdivision := func(r []string) Subdivision {
		return Subdivision{Code: r[0], Name: r[1], Type: r[2], ParentCode: r[3], CountryCode: r[4]}
	}
	if countries, err = parse(countriesCSV, country); err != nil {
		return nil, nil, nil, fmt.Errorf("countries.csv: %w", err)
	}
	if first, err = parse(subdivisionsCSV, subdivision); err != nil {
		return nil, nil, nil, fmt.Errorf("subdivisions.csv: %w", err)
	}
	if next, err = parse(nextCSV, subdivision); err != nil {
		return nil, nil, nil, fmt.Errorf("subdivisions-next.csv: %w", err)
	}
	return countries, first, next, nil
}

// parse makes a T of every line below the heading.
func parse[T any](text []byte, row func([]string) T) ([]T, error) {
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	rows := make([]T, 0, len(lines))
	for _, line := range lines[1:] {
		rows = append(rows, row(line))
	}
	return rows, nil
}
