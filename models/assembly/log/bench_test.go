package log

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkVerify verifies and counts an owners' edition of about a million ballots (470,000 seats, three motions) from a file.
// LINLI_BENCH_BUNDLE keeps the file, for measuring the command's memory.
func BenchmarkVerify(b *testing.B) {
	a := hold(b, 470_000)
	_, signed, err := Certify(a.c, Confirmed, a.at.Add(time.Hour), a.signer)
	if err != nil {
		b.Fatal(err)
	}
	a.c.Certificate = signed
	path := os.Getenv("LINLI_BENCH_BUNDLE")
	if path == "" {
		path = filepath.Join(b.TempDir(), "owners.zip")
	}
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	began := time.Now()
	if err := Write(f, Owners, a.c, a.signer); err != nil {
		b.Fatal(err)
	}
	wrote, ballots := time.Since(began), len(a.openings)
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	*a = assembly{}
	b.ResetTimer()
	for b.Loop() {
		if _, err := Verify(f, info.Size(), Options{}, func(string) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(ballots), "ballots")
	b.ReportMetric(float64(info.Size()), "bytes")
	b.ReportMetric(wrote.Seconds(), "s-to-write")
}
