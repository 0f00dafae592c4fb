package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// median returns the middle of what f gives for the samples.
func median(samples []sample, f func(sample) float64) float64 {
	v := make([]float64, len(samples))
	for i, s := range samples {
		v[i] = f(s)
	}
	slices.Sort(v)
	mid := len(v) / 2
	if len(v)%2 == 0 {
		return (v[mid-1] + v[mid]) / 2
	}
	return v[mid]
}

func wall(s sample) float64   { return float64(s.Wall) }
func cpu(s sample) float64    { return float64(s.CPU) }
func allocs(s sample) float64 { return float64(s.Allocs) }
func bytes(s sample) float64  { return float64(s.Bytes) }

// printer prints one line a contender and result: medians, and the ratio of
// its medians to those of the first contender, below 1 where it costs less.
type printer struct{ w *tabwriter.Writer }

func newPrinter(w io.Writer) *printer {
	p := &printer{tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)}
	fmt.Fprintln(p.w, "engine\tworkload\tn\tcontender\tms/call\tcpu ms/call\tallocs/row\tB/row\twall\tcpu\tallocs\tbytes\t")
	return p
}

func (p *printer) print(r result) {
	base := r.Cells[0].Samples
	for _, c := range r.Cells {
		fmt.Fprintf(p.w, "%s\t%s\t%d\t%s\t", r.Engine, r.Workload, r.N, c.Contender)
		if len(c.Samples) == 0 {
			fmt.Fprintln(p.w, "-\t-\t-\t-\t-\t-\t-\t-\t")
			continue
		}
		rows := float64(r.N * r.Calls)
		perCall := float64(r.Calls) * float64(time.Millisecond)
		fmt.Fprintf(p.w, "%.3f\t%.3f\t%.0f\t%.0f\t", median(c.Samples, wall)/perCall, median(c.Samples, cpu)/perCall,
			median(c.Samples, allocs)/rows, median(c.Samples, bytes)/rows)
		for _, f := range []func(sample) float64{wall, cpu, allocs, bytes} {
			fmt.Fprintf(p.w, "%s\t", ratio(c.Samples, base, f))
		}
		fmt.Fprintln(p.w)
	}
}

func ratio(samples, base []sample, f func(sample) float64) string {
	if len(base) == 0 || median(base, f) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", median(samples, f)/median(base, f))
}

// writeJSON writes all samples, for tools that want more than medians.
func writeJSON(file string, results []result) error {
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
