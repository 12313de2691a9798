package http

import (
	"encoding/json"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/region"
	"hejie/negotiation/scorecard"
	"hejie/server/app"
)

// EncodeRow gives a case's row as the lists give it, for live's feeds.
func EncodeRow(r app.CaseRow) ([]byte, error) { return json.Marshal(rowOf(r)) }

func rowOf(r app.CaseRow) CaseRow {
	row := CaseRow{
		Case: r.Case, Code: r.Code, Version: r.Version, Consumer: r.Consumer, Enterprise: r.Enterprise, EnterpriseName: r.EnterpriseName,
		Bureau: r.Bureau, Region: r.Region, Category: r.Category, Amount: r.Amount, Title: r.Title, Phase: r.Phase, Turn: r.Turn,
		TurnSince: r.TurnSince, Also: r.Also, FiledAt: r.FiledAt, LastAt: r.LastAt, Due: r.Due, DueKey: r.DueKey, Overdue: r.Overdue, Agent: r.Agent, Asked: r.Asked,
		Class: r.Class, Reason: r.Reason, EscalatedAt: r.EscalatedAt, AcceptedAt: r.AcceptedAt, OfferMinor: r.OfferMinor,
		ClaimMinor: r.ClaimMinor, OfferBy: r.OfferBy, RoomSeq: r.RoomSeq, ReadSeq: r.ReadSeq, Column: r.Column, BreachAt: r.BreachAt, Name: r.Name, Last: r.Last,
	}
	if r.Column != app.ColumnNone { // a bureau's, whose board chooses by region
		row.Regions = each(region.Path(r.Region), func(x region.Region) RegionCode { return x.Code })
	}
	return row
}

func pageOf(p app.CasePage) CasePage { return CasePage{Rows: each(p.Rows, rowOf), Next: p.Next} }

// each maps a list; of none it gives an empty one, which JSON writes as [].
func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, a := range list {
		out = append(out, f(a))
	}
	return out
}

func positionsOf(caseID string, ps map[negotiation.Channel]negotiation.Position) Positions {
	out := make(Positions, len(ps))
	for ch, p := range ps {
		out[caseID+"/"+string(ch)] = p.String()
	}
	return out
}

// reached are the positions of a receipt.
func reached(r app.Receipt) Positions {
	ps := make(map[negotiation.Channel]negotiation.Position, 1)
	for _, ch := range negotiation.Channels {
		if p := r.Positions.At(ch); p.Seq > 0 {
			ps[ch] = p
		}
	}
	return positionsOf(r.Case, ps)
}

func bureauName(b app.Bureau) BureauName {
	return BureauName{Id: b.ID, NameZh: b.NameZH, NameEn: b.NameEN}
}

func bureauOrNone(b *app.Bureau) BureauName {
	if b == nil {
		return BureauName{}
	}
	return bureauName(*b)
}

// viewOf is the snapshot of a case. Lists that are nil in the fold are empty on the wire.
func viewOf(v app.CaseView, clocks []app.CaseClock) CaseView {
	c := *v.Case
	_, desk := v.Positions[negotiation.Desk]
	c.Version = v.Positions[negotiation.Room].Seq + v.Positions[negotiation.Desk].Seq // the number of all events would tell of others' channels
	if !desk {
		c.Agent = ""
	}
	if c.Deadlines == nil {
		c.Deadlines = []negotiation.Deadline{}
	}
	if c.Offers == nil {
		c.Offers = []*negotiation.Offer{}
	}
	out := CaseView{
		Case: c, Now: v.Now, Positions: positionsOf(c.ID, v.Positions), Read: make(map[string]int64, len(v.Read)),
		ReadByOthers: v.OthersRead,
		Sees:         Sees{Room: v.Room, Desk: desk, Details: v.Consumer.Disclosure == app.DisclosesFull},
		May:          each(v.Allowed, func(kind string) CommandType { return CommandType(kind) }),
		Consumer:     ConsumerView{Id: c.Consumer, Disclosure: ConsumerViewDisclosure(v.Consumer.Disclosure), Name: v.Consumer.Name, Phone: v.Consumer.Phone, Address: v.Consumer.Address},
		Enterprise:   EnterpriseName{Id: c.Enterprise, Name: v.EnterpriseName, Gone: v.Gone}, Bureau: bureauName(v.Bureau),
		Participants: make(map[string]Participant, len(v.Participants)), Clocks: each(clocks, clockOf), Limit: v.Limit,
	}
	for ch, seq := range v.Read {
		out.Read[c.ID+"/"+string(ch)] = seq
	}
	for id, p := range v.Participants {
		out.Participants[id] = Participant{Side: p.Side, Name: p.Name}
	}
	if v.Room {
		out.Texts = CaseTexts{Goods: v.Title, Facts: v.Facts, OrderNumber: v.OrderNumber, Erased: v.Erased,
			Offers: make([]OfferText, 0, len(v.Offers)), Items: each(v.Items, func(t app.ItemText) ItemText { return ItemText{Reference: t.Reference, Reason: t.Reason} })}
		for i, t := range v.Offers {
			out.Texts.Offers = append(out.Texts.Offers, OfferText{Offer: i + 1, Text: t.Text, Reason: t.Reason, Items: t.Items, Erased: t.Erased})
		}
	}
	return out
}

func clockOf(c app.CaseClock) Clock {
	strip := c.Strip
	if strip == nil {
		strip = []StripDay{}
	}
	return Clock{Key: c.Key, Whose: c.Whose, Start: c.Start, Days: c.Days, Unit: c.Unit, Due: c.Due, Provisional: c.Provisional,
		MovedFrom: c.MovedFrom, Overdue: c.Overdue, EndedAt: c.EndedAt, Passed: c.Passed, Dropped: c.Dropped, Strip: strip}
}

func eventsOf(records []negotiation.Record) []Event {
	return each(records, func(r negotiation.Record) Event { return r.Wire() })
}

// caseFileOf is all of the file but its timeline, which is written as it is read.
func caseFileOf(f app.CaseFile, view CaseView) CaseFile {
	return CaseFile{
		View: view, MadeAt: f.MadeAt, Head: f.Head, Version: f.Version, Clocks: each(f.Clocks, clockOf),
		Turns: each(f.Turns, func(t app.TurnHeld) TurnHeld {
			return TurnHeld{Side: t.Side, From: t.From, To: t.To, WorkingSeconds: t.WorkingSeconds}
		}),
		Gap: each(f.Gap, func(g app.GapPoint) GapPoint { return GapPoint{Offer: g.Offer, By: g.By, At: g.At, Minor: g.Minor} }),
		Evidence: each(f.Evidence, func(e app.EvidenceEntry) EvidenceEntry {
			return EvidenceEntry{File: e.File, Sha256: e.SHA256, Name: e.Name, Mime: e.Type, Size: e.Size, By: e.By, At: e.At, Caption: e.Caption}
		}),
		Consents: each(f.Consents, func(e app.ConsentEntry) ConsentEntry {
			return ConsentEntry{What: ConsentEntryWhat(e.What), Yes: e.Yes, Text: e.Text, At: e.At}
		}),
		Readers: each(f.Readers, auditOf),
	}
}

func auditOf(r app.AuditRow) AuditRow {
	return AuditRow{Id: r.ID, At: r.At, Actor: r.Actor, Name: r.Name, Role: r.Role, What: AuditWhat(r.What), Subject: r.Subject, SubjectName: r.About, SubjectNameEn: r.AboutEN, Case: r.Case, CaseCode: r.Code, Why: r.Why, Detail: r.Detail}
}

func briefOf(c scorecard.Card) ScoreBrief {
	return ScoreBrief{Formula: c.Formula, From: c.Window.From.String(), To: c.Window.To.String(), N: c.N, Confirmed: c.Confirmed, Unknown: c.Unknown, Failed: c.Failed, Rank: rankOf(c.Rank), Running: c.Running}
}

func rankOf(r Rank) Rank {
	if r.Withheld == nil {
		r.Withheld = []Withheld{}
	}
	return r
}

// scorecardOf leaves out which cases are not counted: their ids are known to their parties only.
func scorecardOf(id string, c scorecard.Card) Scorecard {
	classes := make(map[string]int64, len(negotiation.Classes))
	for _, class := range negotiation.Classes {
		classes[string(class)] = c.Classes[class]
	}
	return Scorecard{
		Enterprise: id, Formula: c.Formula, From: c.Window.From.String(), To: c.Window.To.String(), N: c.N, Consumers: c.Consumers,
		Classes: classes, Confirmed: c.Confirmed, Unknown: c.Unknown, Failed: c.Failed, Late: c.Late, LeftOut: c.LeftOut,
		NotCounted: int64(len(c.NotCounted)), Rank: rankOf(c.Rank), Plain: c.Plain, Response: c.Response, Settlement: c.Settlement,
		Running: c.Running, InPerformance: c.InPerformance,
	}
}

func statisticsOf(r app.Report, now time.Time) Statistics {
	return Statistics{
		Region: r.Region, RegionName: region.FullName(r.Region), From: r.From, To: r.To, AsOf: now, Total: r.Total,
		Months: each(r.Months, func(p app.Part) MonthTally { return MonthTally{Month: p.Key, Tally: p.Tally} }),
		Regions: each(r.Regions, func(p app.Part) RegionTally {
			child, _ := region.Get(p.Key)
			return RegionTally{Region: p.Key, Name: child.Name, Tally: p.Tally}
		}),
	}
}

func enterpriseRow(e app.Enterprise, card scorecard.Card) EnterpriseRow {
	return EnterpriseRow{Id: e.ID, Name: e.Name, CreditCode: creditcode.Code(e.CreditCode), Status: e.Status, Region: e.Region,
		RegionName: region.FullName(e.Region), Score: briefOf(card)}
}

func accountOf(p app.Profile) Account {
	a := Account{Id: p.ID, Role: p.Role, Name: p.Name, Language: Language(p.Language), Phone: p.Phone, Address: p.Address}
	if p.Role != negotiation.RoleConsumer {
		a.Login = p.Login
	}
	if p.Enterprise != nil {
		a.Enterprise, a.EnterpriseName, a.EnterpriseStatus = p.Enterprise.ID, p.Enterprise.Name, p.Enterprise.Status
		a.EnterpriseSince, a.EnterpriseGround = p.Enterprise.Since, p.Enterprise.Ground
	}
	if p.Bureau != nil {
		a.Bureau, a.Region = bureauName(*p.Bureau), p.Bureau.Region
	}
	return a
}

func staffOf(m app.StaffMember) Staff {
	return Staff{Id: m.ID, Login: m.Login, DisplayName: m.DisplayName, Phone: m.Phone, Role: m.Role, Active: m.Active, Limit: m.Limit, Capacity: m.Capacity, Away: m.Away, Load: m.Load}
}

func applicationOf(v app.ApplicationView) Application {
	e := v.Enterprise
	return Application{
		Enterprise: e.ID, AppliedAt: e.AppliedAt, Status: e.Status, RegionName: region.FullName(e.Region),
		Contact: Contact{Name: v.Contact.Name, Phone: v.Contact.Phone, Email: v.Contact.Email},
		Profile: Profile{Name: e.Name, CreditCode: creditcode.Code(e.CreditCode), Region: e.Region, Address: e.Address, Industry: e.Industry,
			Conditions: v.Conditions, Commitment: v.Commitment},
	}
}
