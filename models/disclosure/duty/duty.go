// Package duty says what an estate's organisations have to publish: who owes it, for which period, by which day, and how late it is.
// It is pure: the law of a day and the facts of an estate in, answers out.
package duty

import (
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/rulepack"
)

// Estate is what decides which duties an estate has. A body that it has not is 0.
type Estate struct {
	Company   int64
	Committee int64
	Community int64
	Township  int64
	Bureau    int64
	Charging  string // lump (包干制), commission (酬金制), or empty while nobody has recorded it
	OwnFund   bool   // the maintenance fund is held by the owners' assembly, not by the bureau (order 165 arts 22, 23)
}

// Owes says which organisation owes a duty; 0 with the reason where nobody does.
func (e Estate) Owes(d rulepack.Disclosure) (organisation int64, why string) {
	switch {
	case d.Charging != "" && e.Charging == "":
		return 0, "本小区按包干制还是酬金制收费还没有登记，登记后才知道是否适用"
	case d.Charging != "" && d.Charging != e.Charging:
		return 0, "只适用于" + ChargingNames[d.Charging] + "，本小区是" + ChargingNames[e.Charging]
	}
	by := d.By
	if by == "fund_holder" {
		if by = "bureau"; e.OwnFund {
			by = "committee"
		}
	}
	id := map[string]int64{"company": e.Company, "committee": e.Committee, "community": e.Community, "township": e.Township, "bureau": e.Bureau}[by]
	if id == 0 {
		return 0, "本小区目前没有" + rulepack.DisclosureBy[by]
	}
	return id, ""
}

// ChargingNames are the ways of charging as people read them.
var ChargingNames = map[string]string{"lump": "包干制", "commission": "酬金制"}

// Late is how many days after its due day something was published, or, while it is not, how many have passed today. A day that is not
// fixed makes nobody late.
func Late(due, published, today calendar.Date) int64 {
	end := today
	if !published.IsZero() {
		end = published
	}
	if due.IsZero() || !due.Before(end) {
		return 0
	}
	return int64(end.Start().Sub(due.Start()).Hours() / 24)
}
