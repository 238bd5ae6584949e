// Package routing decides, from the mandate list, who must handle a complaint and why. It is pure: facts in, route
// out; it imports the rule packs and the standard library, and knows no database and no clock.
package routing

import "github.com/linli-city/linli/models/rulepack"

// Level is a station of the chain from the estate up to the leading group.
type Level string

// The levels, lowest first.
const (
	Estate       Level = "estate" // company or committee
	Community    Level = "community"
	Township     Level = "township"
	Department   Level = "department" // departments, utilities, the association and the bureau
	Office       Level = "office"     // the leading group's office
	LeadingGroup Level = "leading_group"
)

// References to the bodies of an estate, as the mandate list writes them.
const (
	CompanyRef   = "@company"
	CommitteeRef = "@committee"
	CommunityRef = "@community"
	TownshipRef  = "@township"
)

// Codes of the bodies above the departments.
const (
	bureau    = "housing-bureau"
	office    = "leading-group-office"
	group     = "leading-group"
	petitions = "petitions"
)

// Bodies says which bodies the estate has.
type Bodies struct {
	Company, Committee, Community bool
}

// Facts is what is known when a complaint is filed.
type Facts struct {
	Matter string // code of the mandate list; empty or unknown means that nothing matched
	// About is the body complained about: "company", "committee", "community", "township", "bureau", "office",
	// "leading_group", or the code of an organisation of the mandate list; empty for none.
	About string
	Has   Bodies
}

// Unit is a body in a route: Ref is an organisation's code, or a kind of body of the estate such as "@community".
type Unit struct {
	Ref  string
	Name string
}

// Leg is a later station of an ordered route.
type Leg struct {
	Unit   Unit
	Does   string
	Clause string
}

// Route says who handles a complaint, by which clause, and why.
type Route struct {
	Matter         string // code; that of the matter outside the list if nothing matched
	MatterName     string
	Class          rulepack.Class
	Lead           Unit
	Does           string // what the lead does first, in an ordered route
	Joint          []Unit
	Next           []Leg
	Clause         string
	ClauseText     string // the clause in the policy's own words
	Level          Level
	Reason         string // for the resident
	MandateVersion string // stamp of the pack, for the record
}
