package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

// Nobody agrees to a text that is not in force.
func TestConsentsNameTextsInForce(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	old := &negotiation.Choice{Yes: true, Text: "2025-9"}
	for field, change := range map[string]func(*negotiation.Consents){
		"consents.truth":       func(k *negotiation.Consents) { k.Truth = old.Text },
		"consents.rules":       func(k *negotiation.Consents) { k.Rules = old.Text },
		"consents.publication": func(k *negotiation.Consents) { k.Publication = old },
		"consents.escalation":  func(k *negotiation.Consents) { k.Escalation = old },
	} {
		f := filing(p.enterprise.ID)
		change(&f.Consents)
		err := p.tryFile(p.buyer, f)
		refused(t, negotiation.CodeInvalid, err)
		require.Equal(t, field, fieldOf(t, err))
		require.Equal(t, []string{"2026-1"}, param(t, err, "allowed"))
	}
	f := filing(p.enterprise.ID)
	f.Consents.Truth = ""
	refused(t, negotiation.CodeRequired, p.tryFile(p.buyer, f))

	id := p.file(p.buyer, p.enterprise.ID)
	err := p.try(p.buyer, id, negotiation.ChangeConsents{Escalation: old})
	refused(t, negotiation.CodeInvalid, err)
	require.Equal(t, "escalation", fieldOf(t, err))
	err = p.try(p.buyer, id, negotiation.ChangeConsents{Publication: old})
	require.Equal(t, "publication", fieldOf(t, err))
	refused(t, negotiation.CodeNotFound, p.try(p.rival, id, negotiation.ChangeConsents{Publication: old}))
	p.do(p.buyer, id, negotiation.ChangeConsents{Publication: &negotiation.Choice{Text: app.TextsInForce().Publication}})
	require.False(t, p.caseOf(id).Consents.Publication.Yes)
}

func TestCommitmentNamesTheTextInForce(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	in := p.application("late")
	in.Profile.Commitment.Text = "2025-9"
	_, err := p.Scheme.Apply(p.ctx, in)
	refused(t, negotiation.CodeInvalid, err)
	require.Equal(t, "commitment.text", fieldOf(t, err))
	_, err = p.Scheme.Do(p.ctx, p.supervisor.Actor, p.enterprise.ID, app.CommandID{}, scheme.Leave{})
	require.NoError(t, err)
	in.Profile.CreditCode = ""
	_, err = p.Scheme.Do(p.ctx, p.supervisor.Actor, p.enterprise.ID, app.CommandID{}, scheme.Apply(in.Profile))
	refused(t, negotiation.CodeInvalid, err)
}
