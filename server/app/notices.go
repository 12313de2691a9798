package app

import (
	"time"

	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// notices says who is told outside of the room that something happened. It is a pure function of the case before and after and
// of the events between, so it can run inside the transaction. Nobody is told of what they did themselves, and plain messages
// send nothing, but for the first question of the enterprise, which is its response. No notice carries a word of the room.
//
// Who talks in a room sees its offers there: a new offer is told when it was not seen for as long as patience, see Offered.
func notices(before, after *negotiation.Case, events []negotiation.Event, patience time.Duration) []Notice {
	var list []Notice
	for _, e := range events {
		list = append(list, noticesOf(after, before.FirstResponse.IsZero(), e)...)
	}
	for i := range list {
		if list[i].Template == TemplateNewOffer {
			list[i].Wait = patience
		}
	}
	return list
}

type letter struct {
	c  *negotiation.Case
	at time.Time
}

func (m letter) to(whom negotiation.Side, t Template, params ...string) []Notice {
	n := Notice{Template: t, Case: m.c.ID, At: m.at, Params: map[string]string{"code": m.c.Code}}
	switch whom {
	case negotiation.SideConsumer:
		n.To = m.c.Consumer
	case negotiation.SideEnterprise:
		n.To = "desk:" + m.c.Enterprise
		if m.c.Agent != "" {
			n.To += ":" + m.c.Agent
		}
	case negotiation.SideBureau:
		n.To = "bureau:" + m.c.Bureau
	default:
		return nil
	}
	for i := 0; i+1 < len(params); i += 2 {
		n.Params[params[i]] = params[i+1]
	}
	return []Notice{n}
}

// toParties tells both, but not the one who did it.
func (m letter) toParties(by negotiation.Side, t Template, params ...string) []Notice {
	var list []Notice
	for _, s := range []negotiation.Side{negotiation.SideConsumer, negotiation.SideEnterprise} {
		if s != by {
			list = append(list, m.to(s, t, params...)...)
		}
	}
	return list
}

// noticesOf one event. A due instant is told as the day that it ends ("2026-11-25" for 00:00 of the 26th).
func noticesOf(c *negotiation.Case, unanswered bool, e negotiation.Event) []Notice {
	m, by := letter{c, e.At}, e.By.Side
	switch f := e.Fact.(type) {
	case negotiation.CaseFiled:
		return m.to(negotiation.SideEnterprise, TemplateCaseFiled, "due", lastDay(startedDue(f.Starts, negotiation.FirstResponse)))
	case negotiation.MessagePosted:
		if f.Question && unanswered {
			return m.to(negotiation.SideConsumer, TemplateFirstResponse)
		}
	case negotiation.OfferMade:
		if f.Offer > 1 { // the claim came with the filing
			return m.to(by.Other(), TemplateNewOffer)
		}
	case negotiation.OfferDeclined:
		return m.to(by.Other(), TemplateOfferDeclined)
	case negotiation.OfferAccepted:
		return m.to(by.Other(), TemplateAccepted)
	case negotiation.PerformanceReported:
		if by != negotiation.SideSystem { // the system only dates an item that was confirmed without a report
			return m.to(by.Other(), TemplatePerformanceReported)
		}
	case negotiation.PerformanceDisputed:
		return m.to(by.Other(), TemplatePerformanceDisputed)
	case negotiation.CaseEscalated:
		return append(m.toParties(by, TemplateEscalated),
			m.to(negotiation.SideBureau, TemplateComplaintReceived, "due", lastDay(startedDue(f.Starts, negotiation.ComplaintDecision)))...)
	case negotiation.CaseReopened:
		return m.to(negotiation.SideEnterprise, TemplateReopened)
	case negotiation.ComplaintAccepted:
		return m.toParties(by, TemplateComplaintAccepted)
	case negotiation.ComplaintRefused:
		return m.toParties(by, TemplateComplaintRefused)
	case negotiation.EnterpriseChased:
		return m.to(negotiation.SideEnterprise, TemplateChase)
	case negotiation.RefusalRuled:
		return m.toParties(by, TemplateRefusalRuled)
	case negotiation.PerformanceFound:
		return m.toParties(by, TemplatePerformanceFound)
	case negotiation.CaseClosed:
		return m.closed(by, f)
	case negotiation.ComplaintClosed, negotiation.CaseVoided:
		return m.toParties(by, TemplateClosed)
	case negotiation.DeadlinePassed:
		if kind, _ := f.Deadline.Parts(); kind == negotiation.Performance {
			return m.asked(f)
		}
	case negotiation.Reminded:
		return m.reminder(f)
	case negotiation.DeadlinesMoved:
		return m.moved(f)
	}
	return nil
}

// moved tells the parties of the first clock that has another date now. One that only became certain is no news.
func (m letter) moved(f negotiation.DeadlinesMoved) []Notice {
	for _, x := range f.Moves {
		if !x.From.Equal(x.Deadline.Due) {
			return m.toParties(negotiation.SideSystem, TemplateDeadlineMoved, "due", lastDay(x.Deadline.Due))
		}
	}
	return nil
}

// asked: an enterprise's item fell due without a report, so the consumer is asked; of a consumer's own overdue item both are told.
func (m letter) asked(f negotiation.DeadlinePassed) []Notice {
	_, i := f.Deadline.Parts()
	if m.c.Agreement == nil || i >= len(m.c.Agreement.Items) {
		return nil
	}
	if m.c.Agreement.Items[i].By == negotiation.SideEnterprise {
		return m.to(negotiation.SideConsumer, TemplatePerformanceAsked)
	}
	return m.toParties(negotiation.SideSystem, TemplatePerformanceDue, "due", lastDay(f.Due))
}

// closed: a consumer who wanted to be asked is asked (PIPL art. 23), and one whose silence closed the case is told how to go on.
func (m letter) closed(by negotiation.Side, f negotiation.CaseClosed) []Notice {
	var own Template // to the consumer
	var until []string
	switch {
	case f.Unsent != "":
		own = TemplateAskToSend
	case f.Until.IsZero():
	case f.Class == negotiation.ClassLC:
		own, until = TemplateLapsed, []string{"until", lastDay(f.Until)}
	case f.Class == negotiation.ClassSU:
		own, until = TemplateUnconfirmed, []string{"until", lastDay(f.Until)}
	}
	if own == "" {
		return m.toParties(by, TemplateClosed)
	}
	return append(m.to(negotiation.SideConsumer, own, until...), m.to(negotiation.SideEnterprise, TemplateClosed)...)
}

func (m letter) reminder(f negotiation.Reminded) []Notice {
	kind, _ := f.Deadline.Parts()
	switch kind {
	case negotiation.OfferValidity:
		return m.to(f.Whom, TemplateOfferLapses, "until", lastDay(f.Due))
	case negotiation.Performance:
		return m.to(f.Whom, TemplatePerformanceDue, "due", lastDay(f.Due))
	case negotiation.Negotiation:
		if o, open := m.c.OpenOffer(); open && o.By == negotiation.SideEnterprise && f.Whom == negotiation.SideConsumer {
			return m.to(f.Whom, TemplateAnswerOrLapse, "due", lastDay(f.Due))
		}
	}
	return m.to(f.Whom, TemplateDeadline, "due", lastDay(f.Due))
}

func startedDue(starts []negotiation.Deadline, key negotiation.DeadlineKey) time.Time {
	for _, d := range starts {
		if d.Key == key {
			return d.Due
		}
	}
	return time.Time{}
}

func lastDay(due time.Time) string { return workday.DateOf(due.Add(-time.Second)).String() }
