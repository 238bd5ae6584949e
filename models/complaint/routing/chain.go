package routing

import "github.com/linli-city/linli/models/rulepack"

var aboutRefs = map[string]string{
	"company": CompanyRef, "committee": CommitteeRef, "community": CommunityRef, "township": TownshipRef,
	"bureau": bureau, "office": office, "leading_group": group,
}

// aboutRef is the body complained about: the one the resident names, else the one that the matter itself is about.
// A code that the mandate list does not know names nobody in it, so it changes no route.
func aboutRef(p *rulepack.Pack, about string, m rulepack.Matter) string {
	if about == "" {
		about = m.About
	}
	if ref, ok := aboutRefs[about]; ok {
		return ref
	}
	if _, known := p.Organisation(about); known {
		return about
	}
	return ""
}

// LevelOf is the station of the chain on which a body stands.
func LevelOf(ref string) Level { return level(ref) }

func level(ref string) Level {
	switch ref {
	case CompanyRef, CommitteeRef:
		return Estate
	case CommunityRef:
		return Community
	case TownshipRef:
		return Township
	case office:
		return Office
	case group:
		return LeadingGroup
	}
	return Department
}

// rank orders the levels where one body judges another. Departments, utilities, the bureau and the office do not
// judge each other; everybody stands below the leading group, except the keeper of petitions.
func rank(ref string) int {
	switch level(ref) {
	case Estate:
		return 1
	case Community:
		return 2
	case Township:
		return 3
	case LeadingGroup:
		return 5
	}
	if ref == petitions {
		return 5
	}
	return 4
}

// above is who receives a case about a body: company or committee → community → township → department → leading
// group's office; the bureau runs that office, so a case about either goes to the leading group itself. Nothing
// stands above the leading group on the list; the petitions office registers such a case.
func above(ref string) string {
	switch ref {
	case CompanyRef, CommitteeRef:
		return CommunityRef
	case CommunityRef:
		return TownshipRef
	case TownshipRef:
		return bureau
	case bureau, office:
		return group
	case group:
		return petitions
	}
	return office
}

// standIn is who acts for a body that the estate lacks (policy 四 and 五(二)9).
func standIn(ref string) string {
	if ref == CommunityRef {
		return TownshipRef
	}
	return CommunityRef
}

// Up lists who stands above a body, the nearest first, without those who are concerned by what the case is about and
// without what the estate lacks. The list ends with the leading group.
func Up(ref, about string, has Bodies) []string {
	d := decision{about: Ref(about), has: has}
	var up []string
	for range 8 {
		ref = above(ref)
		if ref == petitions {
			break
		}
		if !d.lacks(ref) && !d.concerned(ref) {
			up = append(up, ref)
		}
	}
	return up
}

// Arbiter is who has the last word on who leads: the leading group's office, or the group if the office is concerned.
func Arbiter(about string) string {
	if Concerned(office, Ref(about)) {
		return group
	}
	return office
}

// Ref is how the mandate list writes a body that Facts.About names in another way.
func Ref(about string) string {
	if ref, ok := aboutRefs[about]; ok {
		return ref
	}
	return about
}
