// Package open311 is the wire format of Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): its documents in XML and
// JSON, its dates, its limits and its datum. It is pure: values in, bytes out; what may be shown is decided elsewhere.
package open311

// Service is one kind of request that may be made: a matter of the mandate list.
type Service struct {
	ServiceCode string `json:"service_code" xml:"service_code"`
	ServiceName string `json:"service_name" xml:"service_name"`
	Description Text   `json:"description" xml:"description"`
	Metadata    bool   `json:"metadata" xml:"metadata"`
	Type        string `json:"type" xml:"type"`
	Keywords    Text   `json:"keywords" xml:"keywords"`
	Group       Text   `json:"group" xml:"group"`
}

// Realtime is the type of a service whose requests get their number at once.
const Realtime = "realtime"

// Definition says what a service asks beyond the fields that all have.
type Definition struct {
	ServiceCode string          `json:"service_code" xml:"service_code"`
	Attributes  List[Attribute] `json:"attributes" xml:"attributes"`
}

// Attribute is one question of a service.
type Attribute struct {
	Variable            bool        `json:"variable" xml:"variable"`
	Code                string      `json:"code" xml:"code"`
	Datatype            string      `json:"datatype" xml:"datatype"`
	Required            bool        `json:"required" xml:"required"`
	DatatypeDescription Text        `json:"datatype_description" xml:"datatype_description"`
	Order               int         `json:"order" xml:"order"`
	Description         Text        `json:"description" xml:"description"`
	Values              List[Value] `json:"values" xml:"values"`
}

// The types of attributes that we ask for.
const (
	String          = "string"
	SingleValueList = "singlevaluelist"
)

// Value is one choice of a list.
type Value struct {
	Key  string `json:"key" xml:"key"`
	Name string `json:"name" xml:"name"`
}

// Request is a request as anybody may read it.
type Request struct {
	ServiceRequestID  string      `json:"service_request_id" xml:"service_request_id"`
	Status            string      `json:"status" xml:"status"`
	StatusNotes       Text        `json:"status_notes" xml:"status_notes"`
	ServiceName       Text        `json:"service_name" xml:"service_name"`
	ServiceCode       Text        `json:"service_code" xml:"service_code"`
	Description       Text        `json:"description" xml:"description"`
	AgencyResponsible Text        `json:"agency_responsible" xml:"agency_responsible"`
	ServiceNotice     Text        `json:"service_notice" xml:"service_notice"`
	RequestedDatetime Text        `json:"requested_datetime" xml:"requested_datetime"`
	UpdatedDatetime   Text        `json:"updated_datetime" xml:"updated_datetime"`
	ExpectedDatetime  Text        `json:"expected_datetime" xml:"expected_datetime"`
	Address           Text        `json:"address" xml:"address"`
	AddressID         Text        `json:"address_id" xml:"address_id"`
	Zipcode           Text        `json:"zipcode" xml:"zipcode"`
	Lat               Number      `json:"lat" xml:"lat"`
	Long              Number      `json:"long" xml:"long"`
	MediaURL          Text        `json:"media_url" xml:"media_url"`
	Notes             *List[Note] `json:"notes,omitempty" xml:"notes,omitempty"` // with extensions=true
}

// The two states of a request.
const (
	Open   = "open"
	Closed = "closed"
)

// Note is one thing that happened to a request, in the extension "Update History" of GeoReport v2.
type Note struct {
	Datetime    Text   `json:"datetime" xml:"datetime"`
	Description Text   `json:"description" xml:"description"`
	Type        string `json:"type" xml:"type"`
}

// Filed is the receipt of a request that was made.
type Filed struct {
	ServiceRequestID string `json:"service_request_id" xml:"service_request_id"`
	ServiceNotice    Text   `json:"service_notice" xml:"service_notice"`
	AccountID        Text   `json:"account_id" xml:"account_id"`
}

// Token ties a token to the number of its request.
type Token struct {
	ServiceRequestID string `json:"service_request_id" xml:"service_request_id"`
	Token            string `json:"token" xml:"token"`
}

// Update is one change of a request, in FixMyStreet's extension "GET Service Request Updates".
type Update struct {
	UpdateID         string `json:"update_id" xml:"update_id"`
	ServiceRequestID string `json:"service_request_id" xml:"service_request_id"`
	Status           string `json:"status" xml:"status"`
	UpdatedDatetime  Text   `json:"updated_datetime" xml:"updated_datetime"`
	Description      Text   `json:"description" xml:"description"`
	MediaURL         Text   `json:"media_url" xml:"media_url"`
}

// Error is one reason why something could not be done.
type Error struct {
	Code        int    `json:"code" xml:"code"`
	Description string `json:"description" xml:"description"`
}

// Discovery says where the API is (wiki.open311.org/Service_Discovery).
type Discovery struct {
	Changeset  string         `json:"changeset" xml:"changeset"`
	Contact    string         `json:"contact" xml:"contact"`
	KeyService string         `json:"key_service" xml:"key_service"`
	Endpoints  List[Endpoint] `json:"endpoints" xml:"endpoints"`
}

// Endpoint is one version of the API at one address.
type Endpoint struct {
	Specification string           `json:"specification" xml:"specification"`
	URL           string           `json:"url" xml:"url"`
	Changeset     string           `json:"changeset" xml:"changeset"`
	Type          string           `json:"type" xml:"type"`
	Formats       List[FormatName] `json:"formats" xml:"formats"`
}

// FormatName is a media type that an endpoint speaks.
type FormatName string

// Specification is how discovery names GeoReport v2.
const Specification = "http://wiki.open311.org/GeoReport_v2"

func (Service) element() string    { return "service" }
func (Attribute) element() string  { return "attribute" }
func (Value) element() string      { return "value" }
func (Request) element() string    { return "request" }
func (Note) element() string       { return "note" }
func (Filed) element() string      { return "request" }
func (Token) element() string      { return "request" }
func (Update) element() string     { return "request_update" }
func (Error) element() string      { return "error" }
func (Endpoint) element() string   { return "endpoint" }
func (FormatName) element() string { return "format" }
