package main

import "github.com/linli-city/linli/notify"

// reactions lists every "when X happened, then Y" across domains. None is needed yet: complaints, the board and the
// register each tell people through the plan alone.
func reactions() []notify.Consequence { return nil }
