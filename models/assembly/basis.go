package assembly

import (
	"slices"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrBasis says that whoever calls the meeting may not call it so.
var ErrBasis = fault.New(fault.Conflict, "meeting.basis", "召集的依据不对，请核对由谁召集、依据什么召集")

// callers says which organisation's post calls a meeting as which convener, and for which reasons.
var callers = map[Convener]struct {
	kinds []org.Kind
	bases []Basis
}{
	ByCommittee:   {[]org.Kind{org.Committee}, []Basis{OwnMotion, OnPetition, OnOrder}},
	ByTownship:    {[]org.Kind{org.Township}, []Basis{OnOrder}},
	ByCommunity:   {[]org.Kind{org.Community}, []Basis{OnOrder}},
	ByPreparatory: {[]org.Kind{org.Township, org.Community}, []Basis{ForFirst}},
	ByRenewal:     {[]org.Kind{org.Township, org.Community, org.Committee}, []Basis{ForRenewal}},
}

// checkBasis holds a call to who may call it and why.
func (s *Service) checkBasis(tx *store.Tx, actor org.Actor, e *org.Estate, d *Call) error {
	who := callers[d.Convener]
	if actor.Post == nil || !slices.Contains(who.kinds, actor.Post.OrgKind) {
		return ErrBasis.Saying("您所在的单位不能以“" + ConvenerNames[d.Convener] + "”的名义召集")
	}
	if !slices.Contains(who.bases, d.Basis) {
		return ErrBasis.With(fault.Field{Path: "basis", Reason: "这样召集要有对应的依据（主动、联名提议、责令、筹备组或换届小组）"})
	}
	if (d.Session == First) != (d.Convener == ByPreparatory) || (d.Convener == ByRenewal && d.Session != Renewal) {
		return ErrBasis.Saying("首次会议由筹备组召集，换届小组只召集换届会议")
	}
	return s.checkGround(tx, e, d)
}
