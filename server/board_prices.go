package main

import (
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/store"
)

// openPrices gives the board what estates charge for a square metre, as their price lists have it.
func openPrices(tx *store.Tx, estates []int64, on time.Time) (map[int64]int64, error) {
	prices, err := fee.OpenPrices(tx, estates, on)
	list := make(map[int64]int64, len(prices))
	for id, p := range prices {
		list[id] = int64(p)
	}
	return list, err
}
