package app

import "hejie/negotiation"

// Texts are the versions of the texts that a consumer's consents and an enterprise's commitment name.
type Texts struct {
	Truth       string `json:"truth"`
	Rules       string `json:"rules"`
	Publication string `json:"publication"`
	Escalation  string `json:"escalation"`
	Commitment  string `json:"commitment"`
}

// TextsInForce are the versions that may be agreed to now. A text that changes gets a new version here, and its words in the browser
// app; what was agreed to before keeps its own.
func TextsInForce() Texts {
	const first = "2026-1"
	return Texts{Truth: first, Rules: first, Publication: first, Escalation: first, Commitment: first}
}

// inForce refuses a consent to a text that is not in force: what nobody was shown, nobody agreed to (PIPL art. 14). What is missing is
// the rules' to refuse.
func (t Texts) inForce(cmd negotiation.Command) error {
	switch f := cmd.(type) {
	case negotiation.FileCase:
		k := f.Consents
		return sameVersions("consents.", []version{{"truth", k.Truth, t.Truth}, {"rules", k.Rules, t.Rules},
			{"publication", textOf(k.Publication), t.Publication}, {"escalation", textOf(k.Escalation), t.Escalation}})
	case negotiation.ChangeConsents:
		return sameVersions("", []version{{"publication", textOf(f.Publication), t.Publication}, {"escalation", textOf(f.Escalation), t.Escalation}})
	}
	return nil
}

type version struct{ of, given, inForce string }

func sameVersions(object string, list []version) error {
	for _, v := range list {
		if v.given != "" && v.given != v.inForce {
			return negotiation.Invalid(object+v.of, []string{v.inForce})
		}
	}
	return nil
}

func textOf(c *negotiation.Choice) string {
	if c == nil {
		return ""
	}
	return c.Text
}
