package plan

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/event"
)

// TestEachMistakeIsRefused: a table with any one mistake does not load, and the row is named by its line and by what it is.
func TestEachMistakeIsRefused(t *testing.T) {
	t.Parallel()
	const whole = "tell:\n"
	row := func(edits ...string) func(string) string {
		text := "  - {event: complaint.filed, when: urgent, to: [residents], channels: [], kind: follow, title: 有事, body: 请看, why: 试}\n"
		for i := 0; i+1 < len(edits); i += 2 {
			if !strings.Contains(text, edits[i]) {
				t.Fatalf("%s is not in the row", edits[i])
			}
			text = strings.Replace(text, edits[i], edits[i+1], 1)
		}
		return func(table string) string { return strings.Replace(table, whole, whole+text, 1) }
	}
	swap := func(old, new string) func(string) string {
		return func(table string) string { return strings.Replace(table, old, new, 1) }
	}
	staff := "to: [bureau], channels: [wechat_service], template: staff_task, fields: [事, 地, \"{at}\", 看]"
	mini := "channels: [wechat_mini], template: case_progress, fields: [\"{number}\", \"{matter}\", 办理中, \"{at}\", 看]"
	const here = ", complaint.filed urgent → residents"
	if _, err := read([]byte(row()(string(shipped)))); err != nil {
		t.Fatalf("the row to be spoilt is spoilt: %v", err)
	}
	if _, err := read([]byte(row("to: [residents], channels: []", staff)(string(shipped)))); err != nil {
		t.Fatalf("the staff's row is spoilt: %v", err)
	}
	for name, c := range map[string]struct {
		edit func(string) string
		says []string
	}{
		"an unknown key":                   {row("why: 试", "why: 试, colour: red"), []string{"line ", "colour"}},
		"a key twice":                      {row("why: 试", "why: 试, why: 再试"), []string{"line ", "why"}},
		"two documents":                    {func(s string) string { return s + "---\nkinds: []\n" }, []string{"one document"}},
		"an empty row":                     {swap("tell:\n", "tell:\n  - ~\n"), []string{"empty"}},
		"an unknown event":                 {row("complaint.filed", "complaint.invented"), []string{"line ", "complaint.invented urgent → residents.event"}},
		"an unknown condition":             {row("urgent", "raised"), []string{"complaint.filed raised → residents.when", "urgent、ordinary"}},
		"a condition where there is none":  {row("complaint.filed, when: urgent", "task.given, when: urgent"), []string{"task.given urgent → residents.when", "不分情况"}},
		"an unknown audience":              {row("[residents]", "[neighbours]"), []string{"→ neighbours.to", "neighbours"}},
		"no audience":                      {row("[residents]", "[]"), []string{".to", "告诉谁"}},
		"an audience twice":                {row("[residents]", "[residents, residents]"), []string{".to", "写了两次"}},
		"residents with offices":           {row("[residents]", "[residents, bureau]"), []string{".to", "分两行"}},
		"an unknown channel":               {row("channels: []", "channels: [pigeon]"), []string{here, "pigeon"}},
		"a channel twice":                  {row("channels: []", "channels: [sms, sms]"), []string{here, "写了两次"}},
		"the offices' channel":             {row("channels: []", "channels: [wechat_service], template: staff_task, fields: [事, 地, \"{at}\", 看]"), []string{here, "wechat_service"}},
		"the residents' channel":           {row("to: [residents], channels: []", "to: [bureau], "+mini), []string{"→ bureau.channels", "wechat_mini"}},
		"WeChat without a template":        {row("channels: []", "channels: [wechat_mini]"), []string{here + ".template", "模板"}},
		"a template without WeChat":        {row("channels: []", "template: case_progress, fields: [\"{number}\", \"{matter}\", 办理中, \"{at}\", 看]"), []string{here + ".channels", "微信渠道"}},
		"an unknown template":              {row("channels: []", "channels: [wechat_mini], template: poem, fields: [a]"), []string{here + ".template", "poem"}},
		"fields without a template":        {row("channels: []", "channels: [], fields: [a]"), []string{here + ".fields"}},
		"too few fields":                   {row("channels: []", strings.Replace(mini, ", 看]", "]", 1)), append([]string{here + ".fields"}, "模板有5个字段")},
		"an unknown variable":              {row("body: 请看", "body: \"请看{unit}\""), []string{here + ".body", "{unit}"}},
		"an unknown variable in a field":   {row("channels: []", strings.Replace(mini, "{matter}", "{whim}", 1)), []string{here + ".fields[1]", "{whim}"}},
		"a variable of another event":      {row("body: 请看", "body: \"请看{until}\""), []string{here + ".body", "{until}"}},
		"half a brace":                     {row("body: 请看", "body: \"请看{estate\""), []string{here + ".body", "花括号"}},
		"a line in a text":                 {row("body: 请看", "body: \"请\\n看\""), []string{here + ".body"}},
		"no title":                         {row("title: 有事", "title: \"\""), []string{here + ".title"}},
		"a long title":                     {row("title: 有事", "title: "+strings.Repeat("长", 61)), []string{here + ".title"}},
		"a long body":                      {row("body: 请看", "body: "+strings.Repeat("长", 401)), []string{here + ".body"}},
		"no reason":                        {row("why: 试", "why: \"\""), []string{here + ".why"}},
		"a thing of 21 characters":         {row("channels: []", strings.Replace(mini, "看]", strings.Repeat("长", 21)+"]", 1)), []string{here + ".fields[4]", "thing5"}},
		"a thing without room for a name":  {row("channels: []", strings.Replace(mini, "\"{matter}\"", "\"{matter}"+strings.Repeat("长", 11)+"\"", 1)), []string{here + ".fields[1]", "thing2"}},
		"a phrase of 6 characters":         {row("channels: []", strings.Replace(mini, "办理中", "正在办理之中", 1)), []string{here + ".fields[2]", "phrase3"}},
		"a phrase in letters":              {row("channels: []", strings.Replace(mini, "办理中", "OK", 1)), []string{here + ".fields[2]", "phrase3"}},
		"a phrase with a name":             {row("channels: []", strings.Replace(mini, "办理中", "\"{lead}\"", 1)), []string{here + ".fields[2]", "phrase3"}},
		"a Chinese code":                   {row("channels: []", strings.Replace(mini, "{number}", "编号", 1)), []string{here + ".fields[0]", "character_string1"}},
		"a name as a code":                 {row("channels: []", strings.Replace(mini, "{number}", "{estate}", 1)), []string{here + ".fields[0]", "character_string1"}},
		"a code of 33 characters":          {row("channels: []", strings.Replace(mini, "{number}", "{number}x", 1)), []string{here + ".fields[0]", "character_string1"}},
		"a masked number as a code":        {row("channels: []", mini+", sight: masked"), []string{here + ".fields[0]", "character_string1"}},
		"a time in words":                  {row("channels: []", strings.Replace(mini, "{at}", "{due}", 1)), []string{here + ".fields[3]", "time4"}},
		"an unknown priority":              {row("why: 试", "why: 试, priority: asap"), []string{here + ".priority"}},
		"more pressing than the event":     {row("urgent", "ordinary", "why: 试", "why: 试, priority: alarm"), []string{"complaint.filed ordinary → residents.priority", "normal"}},
		"an unknown sight":                 {row("why: 试", "why: 试, sight: x-ray"), []string{here + ".sight"}},
		"a masked row with a hidden word":  {row("complaint.filed, when: urgent", "residency.requested", "body: 请看", "body: \"请看{unit}\"", "why: 试", "why: 试, sight: masked"), []string{"residency.requested → residents.body", "{unit}"}},
		"an aggregate with a number":       {row("body: 请看", "body: \"请看{number}\"", "why: 试", "why: 试, sight: aggregate"), []string{here + ".body", "{number}"}},
		"an aggregate with an office":      {row("body: 请看", "body: \"请看{lead}\"", "why: 试", "why: 试, sight: aggregate"), []string{here + ".body", "{lead}"}},
		"an unknown repeat":                {row("why: 试", "why: 试, repeat: often"), []string{here + ".repeat"}},
		"an unknown kind":                  {row("kind: follow", "kind: gossip"), []string{here + ".kind", "gossip"}},
		"no kind":                          {row("kind: follow, ", ""), []string{here + ".kind"}},
		"a resident who must have read":    {row("why: 试", "why: 试, ack: {after: 15m, then: [sms]}"), []string{here + ".ack"}},
		"unread for no time":               {row("to: [residents], channels: []", staff, "why: 试", "why: 试, ack: {after: soon, then: [sms]}"), []string{"→ bureau.ack.after"}},
		"unread for a month":               {row("to: [residents], channels: []", staff, "why: 试", "why: 试, ack: {after: 720h, then: [sms]}"), []string{"→ bureau.ack.after"}},
		"unread until nothing that is":     {row("to: [residents], channels: []", staff, "why: 试", "why: 试, ack: {after: 15m, then: [sms], until: [task.undone]}"), []string{"→ bureau.ack.until", "task.undone"}},
		"read is not enough, nothing is":   {row("to: [residents], channels: []", staff, "why: 试", "why: 试, ack: {after: 15m, act: true, then: [sms]}"), []string{"→ bureau.ack.until", "才算"}},
		"unread and not to be opened":      {row("to: [residents], channels: []", staff, "why: 试", "why: 试, sight: masked, ack: {after: 15m, then: [sms]}"), []string{"→ bureau.ack", "打开"}},
		"a letter to who lives there":      {row("channels: []", "channels: [letter]"), []string{"→ residents.channels", "信件只寄给业主"}},
		"a letter before the quick ways":   {row("[residents], channels: []", "[owners], channels: [letter, sms]"), []string{"→ owners.channels", "写在最后"}},
		"hours of work that end before":    {swap("working: {from: \"09:00\"", "working: {from: \"19:00\""), []string{"working", "下班"}},
		"unread and nothing follows":       {row("to: [residents], channels: []", staff, "why: 试", "why: 试, ack: {after: 15m, then: []}"), []string{"→ bureau.ack.then"}},
		"an unknown step":                  {row("to: [residents], channels: []", staff, "why: 试", "why: 试, ack: {after: 15m, then: [shout]}"), []string{"→ bureau.ack.then"}},
		"a step twice":                     {row("to: [residents], channels: []", staff, "why: 试", "why: 试, ack: {after: 15m, then: [sms, sms]}"), []string{"→ bureau.ack.then", "写了两次"}},
		"the same audience again":          {row("[residents]", "[lead]"), []string{"complaint.filed urgent → lead", "到不了"}},
		"an audience that is told always":  {row("complaint.filed, when: urgent", "complaint.accepted, when: urgent", "[residents]", "[complainant]"), []string{"complaint.accepted → complainant", "到不了"}},
		"an audience told always before":   {swap("complaint.lapse, to: [lead]", "complaint.resume, when: urgent, to: [lead]"), []string{"complaint.resume urgent → lead", "到不了"}},
		"an event that nobody is told of":  {swap("whistle.rated, to: [offered]", "whistle.closed, to: [offered]"), []string{"whistle.rated: 没有人被告诉"}},
		"a condition without anybody":      {swap("residency.decided, when: refused", "residency.decided, when: accepted"), []string{"residency.decided refused: 在这种情况下没有人被告诉", "到不了"}},
		"silent and told":                  {swap("silent:\n", "silent:\n  whistle.arrived: 试\n"), []string{"whistle.arrived → asker", "silent"}},
		"silent without a reason":          {swap("silent:\n", "silent:\n  complaint.invented: \"\"\n"), []string{"silent complaint.invented", "为什么"}},
		"silent about nothing":             {swap("silent:\n", "silent:\n  complaint.invented: 试\n"), []string{"silent complaint.invented", "没有这个事件"}},
		"a kind that nothing is of":        {swap("kinds:\n", "kinds:\n  - {code: extra, name: 多余}\n"), []string{"kinds extra"}},
		"a kind twice":                     {swap("kinds:\n", "kinds:\n  - {code: desk, name: 多余}\n"), []string{"kinds[20] desk"}},
		"a fixed kind without a clause":    {swap("fixed: {clause: 六(二)7, ", "fixed: {"), []string{"mediation", "条款"}},
		"a template that nothing uses":     {swap("templates:\n", "templates:\n  - {name: extra, title: 多余, fields: [thing1]}\n"), []string{"templates extra"}},
		"a field of an unknown type":       {swap("templates:\n", "templates:\n  - {name: extra, title: 多余, fields: [poem1]}\n"), []string{"templates[0] extra", "poem1"}},
		"hours that are none":              {swap("from: \"22:00\"", "from: \"25:00\""), []string{"quiet"}},
		"hours that are words":             {swap("from: \"22:00\"", "from: 晚上"), []string{"quiet"}},
		"a list where one value should be": {row("kind: follow", "kind: [follow]"), []string{"line "}},
	} {
		spoilt := c.edit(string(shipped))
		if spoilt == string(shipped) {
			t.Errorf("%s: nothing is spoilt", name)
			continue
		}
		_, err := read([]byte(spoilt))
		if err == nil {
			t.Errorf("%s loads", name)
			continue
		}
		for _, part := range c.says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is not in: %v", name, part, err)
			}
		}
	}
}

// TestAllMistakesAtOnce: whoever edits the table sees every wrong row, not the first.
func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := read([]byte("tell:\n  - {event: nothing, to: [lead]}\n  - {event: complaint.filed, to: [nobody]}\n"))
	for _, part := range []string{"line 2, nothing → lead", "line 3, complaint.filed → nobody", "quiet"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
}

// TestSilence: an event that the table keeps silent about tells nobody and is no error.
func TestSilence(t *testing.T) {
	t.Parallel()
	table := Default().clone()
	for i := len(table.rows) - 1; i >= 0; i-- {
		if table.rows[i].Event == "whistle.arrived" {
			table.silence(i, "试")
		}
	}
	if list, err := table.For(&event.Whistle{What: "arrived"}); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// FuzzRead: whatever rows a table has, it is refused or it tells every event without a panic and as WeChat takes it.
func FuzzRead(f *testing.F) {
	head := "kinds: [{code: work, name: 要办的}]\ntemplates: [{name: staff_case, title: 办理, staff: true, fields: [character_string1, thing2, thing3, time4, phrase5]}]\n" +
		"quiet: {from: \"22:00\", to: \"07:00\"}\nworking: {from: \"09:00\", to: \"17:00\"}\nsilent:\n"
	for kind := range shapes() {
		if kind != "complaint.filed" {
			head += "  " + kind + ": 试\n"
		}
	}
	whole := "  - {event: complaint.filed, to: [lead, joint], channels: [wechat_service, sms], priority: bulk, ack: {after: 15m, then: [sms, deputy]},\n     title: 有事, body: \"{estate}{due}\"," +
		"\n     template: staff_case, fields: [\"{number}\", \"{matter}\", \"{estate}\", \"{at}\", 请办理], kind: work, why: 试}\n"
	if _, err := read([]byte(head + "tell:\n" + whole)); err != nil {
		f.Fatal(err)
	}
	f.Add("tell:\n" + whole)
	f.Add("tell: [{event: complaint.filed, to: [lead], ack: {after: 15m}}]")
	f.Add("tell:\n  - &a {event: complaint.filed, when: urgent, to: [lead]}\n  - *a\n  - ~\n")
	f.Add("tell: {}\n---\nquiet: []")
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, rows string) {
		table, err := read([]byte(head + rows))
		if err != nil {
			return
		}
		for _, kind := range event.Kinds() {
			for _, e := range variants(t, kind, long) {
				list, err := table.For(e)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range list {
					x := table.template(m.Template)
					for i, v := range m.Values {
						if why := unfit(x.Fields[i], v); why != "" {
							t.Fatalf("%s is %s: %q", x.Fields[i], why, v)
						}
					}
				}
			}
		}
	})
}
