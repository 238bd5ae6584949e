package plan

import (
	"fmt"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
)

// LeavesReserve tells whether messages of a priority leave a person's last consent for what presses more.
func LeavesReserve(p event.Priority) bool { return p == event.Bulk }

// checkReserves finds rows that could eat the consent that a more pressing one needs: a consent is one message by one template, so
// two that share the template share what there is of it.
func (t *Table) checkReserves(c *fault.Checks, at func(int) string) {
	most := map[string]event.Priority{}
	for i := range t.rows {
		r := &t.rows[i]
		if x := t.template(r.Template); x == nil || x.Staff {
			continue
		}
		if p, known := most[r.Template]; !known || r.presses() < p {
			most[r.Template] = r.presses()
		}
	}
	for i := range t.rows {
		r := &t.rows[i]
		if x := t.template(r.Template); x == nil || x.Staff {
			continue
		}
		p := r.presses()
		c.Check(p <= most[r.Template] || LeavesReserve(p), at(i)+".template", fmt.Sprintf("会用掉更急（%s）的消息要用的那次微信同意，请换一个模板，或改成%s", most[r.Template], event.Bulk))
	}
}
