package open311

import "math"

// Open311 wants WGS84, the datum of satellites. Maps in China, WeChat's among them, use GCJ-02, which is WGS84 moved by
// 100 to 700 metres along a smooth function of the place. Only the way towards GCJ-02 has a formula; the way back is
// found by repeating it until the remainder is far below a metre.

// The ellipsoid of Krasovsky (1940), on which the shift is defined.
const (
	axis         = 6378245.0
	eccentricity = 0.00669342162296594323 // squared
)

// shifted reports whether GCJ-02 differs from WGS84 at a place: the rectangle around China that the maps use.
func shifted(lat, lng float64) bool {
	return lng > 72.004 && lng < 137.8347 && lat > 0.8293 && lat < 55.8271
}

// ToGCJ02 moves a WGS84 place to GCJ-02. Outside China both are the same.
func ToGCJ02(lat, lng float64) (float64, float64) {
	if !shifted(lat, lng) {
		return lat, lng
	}
	north, east := shift(lat, lng)
	return lat + north, lng + east
}

// ToWGS84 moves a GCJ-02 place back to WGS84, to less than a millimetre.
func ToWGS84(lat, lng float64) (float64, float64) {
	if !shifted(lat, lng) {
		return lat, lng
	}
	wlat, wlng := lat, lng
	// The shift changes by less than a thousandth of the way moved, so each round adds three digits.
	for range 10 {
		north, east := shift(wlat, wlng)
		dlat, dlng := lat-(wlat+north), lng-(wlng+east)
		wlat, wlng = wlat+dlat, wlng+dlng
		if math.Abs(dlat) < 1e-9 && math.Abs(dlng) < 1e-9 {
			break
		}
	}
	return wlat, wlng
}

// shift is how far GCJ-02 lies from WGS84, in degrees to the north and to the east.
func shift(lat, lng float64) (north, east float64) {
	x, y := lng-105, lat-35
	root := math.Sqrt(math.Abs(x))
	ripple := waves(x, 20, 6, 20, 2)
	north = -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + ripple + waves(y, 20, 1, 40, 1.0/3) + waves(y, 160, 1.0/12, 320, 1.0/30)
	east = 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + ripple + waves(x, 20, 1, 40, 1.0/3) + waves(x, 150, 1.0/12, 300, 1.0/30)

	rad := lat * math.Pi / 180
	curve := 1 - eccentricity*math.Sin(rad)*math.Sin(rad)
	metresNorth := axis * (1 - eccentricity) / (curve * math.Sqrt(curve)) * math.Pi / 180
	metresEast := axis / math.Sqrt(curve) * math.Cos(rad) * math.Pi / 180
	return north / metresNorth, east / metresEast
}

// waves are two thirds of the sum of two sines of v, each with its height and its frequency in half turns.
func waves(v, a, fa, b, fb float64) float64 {
	return (a*math.Sin(fa*math.Pi*v) + b*math.Sin(fb*math.Pi*v)) * 2 / 3
}
