package open311

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
)

func TestEncode(t *testing.T) {
	docs := map[string]any{
		RootServices:   List[Service]{{ServiceCode: "a", ServiceName: "甲", Metadata: true, Type: Realtime}},
		RootDefinition: Definition{ServiceCode: "a", Attributes: List[Attribute]{{Variable: true, Code: "estate", Datatype: SingleValueList, Order: 1, Values: List[Value]{{"k", "n"}}}}},
		RootRequests:   List[Request]{{ServiceRequestID: "T1", Status: Open, Lat: Degrees(26.25), Notes: &List[Note]{{Type: "opened"}}}, {}},
		RootErrors:     List[Error]{{403, `api_key <bad> & "x"`}},
		RootUpdates:    List[Update](nil),
		RootDiscovery:  Discovery{Endpoints: List[Endpoint]{{Formats: List[FormatName]{"text/xml"}}}},
	}
	want := map[string][2]string{
		RootServices: {`[{"service_code":"a","service_name":"甲","description":null,"metadata":true,"type":"realtime","keywords":null,"group":null}]`,
			`<services><service><service_code>a</service_code><service_name>甲</service_name><description></description><metadata>true</metadata><type>realtime</type><keywords></keywords><group></group></service></services>`},
		RootDefinition: {`{"service_code":"a","attributes":[{"variable":true,"code":"estate","datatype":"singlevaluelist","required":false,"datatype_description":null,"order":1,"description":null,"values":[{"key":"k","name":"n"}]}]}`,
			`<attributes><attribute><variable>true</variable><code>estate</code>`},
		RootRequests:  {`"lat":26.250000,"long":null,"media_url":null,"notes":[{"datetime":null,"description":null,"type":"opened"}]}`, `<notes><note><datetime></datetime>`},
		RootErrors:    {`[{"code":403,"description":"api_key <bad> & \"x\""}]`, `<errors><error><code>403</code><description>api_key &lt;bad&gt; &amp; &#34;x&#34;</description></error></errors>`},
		RootUpdates:   {`[]`, `<service_request_updates></service_request_updates>`},
		RootDiscovery: {`"formats":["text/xml"]`, `<formats><format>text/xml</format></formats>`},
	}
	for root, doc := range docs {
		for i, f := range []Format{JSON, XML} {
			raw, err := f.Encode(root, doc)
			if err != nil {
				t.Fatal(err)
			}
			flat := strings.TrimSpace(string(raw))
			if f == XML {
				if !strings.HasPrefix(flat, `<?xml version="1.0" encoding="UTF-8"?>`) {
					t.Errorf("%s: no declaration: %s", root, flat)
				}
				lines := strings.Split(flat, "\n")
				for n := range lines {
					lines[n] = strings.TrimSpace(lines[n])
				}
				flat = strings.Join(lines, "")
			}
			if !strings.Contains(flat, want[root][i]) {
				t.Errorf("%s as %s: %s", root, f, flat)
			}
		}
	}
}

// FuzzText: whatever people write, both formats stay readable by a parser.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a\x00b\x1b", "]]><!--", `"\`, "\xff\xfe", "\u2028</script>", "👍🏽"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc := List[Request]{{ServiceRequestID: s, Description: Text(s)}}
		raw, err := JSON.Encode(RootRequests, doc)
		if err != nil || !json.Valid(raw) {
			t.Fatalf("%v %s", err, raw)
		}
		if raw, err = XML.Encode(RootRequests, doc); err != nil {
			t.Fatal(err)
		}
		var back struct {
			Requests []struct {
				Description string `xml:"description"`
			} `xml:"request"`
		}
		if err := xml.Unmarshal(raw, &back); err != nil || len(back.Requests) != 1 {
			t.Fatalf("%v %s", err, raw)
		}
	})
}
