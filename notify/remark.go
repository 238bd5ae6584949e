package notify

import (
	"encoding/json"
	"strings"

	"github.com/linli-city/linli/notify/plan"
)

// maxThing is how many characters WeChat takes in a field of the type thing.
const maxThing = 20

// remark puts a remark into the last free field of a template's data: what a message says in its place is in the inbox.
func remark(template, data, says string) (string, error) {
	last := ""
	for _, t := range plan.Templates {
		if t.Name != template {
			continue
		}
		for _, f := range t.Fields {
			if strings.HasPrefix(f, "thing") {
				last = f
			}
		}
	}
	if last == "" {
		return data, nil
	}
	values := map[string]string{}
	if err := json.Unmarshal([]byte(data), &values); err != nil {
		return "", err
	}
	values[last] = short(says, maxThing)
	raw, err := json.Marshal(values)
	return string(raw), err
}
