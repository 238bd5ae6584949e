package open311

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strconv"
)

// Format is how a document is written.
type Format string

// The formats, by the ending that asks for them.
const (
	XML  Format = "xml"
	JSON Format = "json"
)

// ContentType is the header that the specification wants.
func (f Format) ContentType() string {
	if f == JSON {
		return "application/json; charset=utf-8"
	}
	return "text/xml; charset=utf-8"
}

// The names of the XML documents. JSON has none: a list of the specification is an array there.
const (
	RootServices   = "services"
	RootDefinition = "service_definition"
	RootRequests   = "service_requests"
	RootUpdates    = "service_request_updates"
	RootErrors     = "errors"
	RootDiscovery  = "discovery"
)

// Encode writes a document. JSON is the programmatic mapping of the XML that the specification calls the Spark
// convention: a container of equal elements becomes an array, an empty element null.
func (f Format) Encode(root string, doc any) ([]byte, error) {
	var out bytes.Buffer
	if f == JSON {
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		err := enc.Encode(doc)
		return out.Bytes(), err
	}
	out.WriteString(xml.Header)
	enc := xml.NewEncoder(&out)
	enc.Indent("", "  ")
	if err := enc.EncodeElement(doc, xml.StartElement{Name: xml.Name{Local: root}}); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

type named interface{ element() string }

// List is a container of equal elements.
type List[T named] []T

// MarshalXML writes the container and in it one element for each.
func (l List[T]) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, v := range l {
		if err := e.EncodeElement(v, xml.StartElement{Name: xml.Name{Local: v.element()}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// MarshalJSON writes an array, empty rather than null.
func (l List[T]) MarshalJSON() ([]byte, error) {
	if len(l) == 0 {
		return []byte("[]"), nil
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode([]T(l))
	return out.Bytes(), err
}

// Text is a field that may be empty: an empty element in XML, null in JSON.
type Text string

// MarshalJSON writes null for nothing.
func (t Text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// Number is a number that may be missing, in its decimal writing.
type Number string

// MarshalJSON writes null for nothing.
func (n Number) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("null"), nil
	}
	return []byte(n), nil
}

// Degrees writes a coordinate to six places, a tenth of a metre.
func Degrees(d float64) Number { return Number(strconv.FormatFloat(d, 'f', 6, 64)) }
