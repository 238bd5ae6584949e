package open311

import (
	"math"
	"testing"
)

// metres is how far two places are apart.
func metres(lat1, lng1, lat2, lng2 float64) float64 {
	north := (lat2 - lat1) * 111_320
	east := (lng2 - lng1) * 111_320 * math.Cos(lat1*math.Pi/180)
	return math.Hypot(north, east)
}

// TestDatumGolden holds the formula against places that are published in both datums.
func TestDatumGolden(t *testing.T) {
	for _, c := range []struct {
		place            string
		lat, lng         float64
		gcjLat, gcjLng   float64
		shiftAtLeast, by float64
	}{
		{"Shanghai", 31.1774276, 121.5272106, 31.17530398364597, 121.531541859215, 400, 600},
		{"Shenzhen", 22.543847, 113.912316, 22.540796131694766, 113.9171764808363, 400, 700},
		{"Beijing", 39.911954, 116.377817, 39.91334545536069, 116.38404722455657, 400, 700},
	} {
		lat, lng := ToGCJ02(c.lat, c.lng)
		if d := metres(lat, lng, c.gcjLat, c.gcjLng); d > 0.01 {
			t.Errorf("%s: %f, %f is %.3f m off", c.place, lat, lng, d)
		}
		if d := metres(c.lat, c.lng, lat, lng); d < c.shiftAtLeast || d > c.by {
			t.Errorf("%s: moved by %.0f m", c.place, d)
		}
		if lat, lng = ToWGS84(c.gcjLat, c.gcjLng); metres(lat, lng, c.lat, c.lng) > 0.01 {
			t.Errorf("%s back: %f, %f", c.place, lat, lng)
		}
	}
}

// TestDatumRoundTrip walks the country: there and back through the micro-degrees in which cases are kept costs less
// than a metre, everywhere.
func TestDatumRoundTrip(t *testing.T) {
	worst, round := 0.0, func(d float64) float64 { return math.Round(d*1e6) / 1e6 }
	for lat := 3.0; lat <= 54; lat += 0.37 {
		for lng := 73.0; lng <= 136; lng += 0.41 {
			gLat, gLng := ToGCJ02(lat, lng)
			bLat, bLng := ToWGS84(round(gLat), round(gLng))
			worst = max(worst, metres(lat, lng, bLat, bLng))
		}
	}
	if worst >= 1 {
		t.Errorf("round trip loses %.3f m", worst)
	}
	t.Logf("worst %.3f m", worst)
	for _, abroad := range [][2]float64{{37.7749, -122.4194}, {51.5, -0.1}, {0, 0}} {
		if lat, lng := ToGCJ02(abroad[0], abroad[1]); lat != abroad[0] || lng != abroad[1] {
			t.Errorf("%v moved to %f, %f", abroad, lat, lng)
		}
		if lat, lng := ToWGS84(abroad[0], abroad[1]); lat != abroad[0] || lng != abroad[1] {
			t.Errorf("%v moved back to %f, %f", abroad, lat, lng)
		}
	}
}
