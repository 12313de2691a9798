package linear

import (
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
)

// The judge lets go what a clerk could have answered, and nothing else.
func TestJudge(t *testing.T) {
	t.Parallel()
	const consumer, shop = negotiation.SideConsumer, negotiation.SideEnterprise
	found := table{offers: 1, open: 1, by: consumer, fen: 100, digest: "claim", seq: 1}
	offered := wish{kind: makeOffer, by: shop, fen: 50, digest: "fifty"}
	accepted := wish{kind: accept, by: consumer, offer: 2, digest: "fifty"}
	taken := wish{kind: withdraw, by: shop, offer: 2}
	op := func(call, end int64, w wish, a answer) porcupine.Operation {
		return porcupine.Operation{Call: call, Return: end, Input: w, Output: a}
	}
	made := op(0, 1, offered, answer{seq: 2})
	lost := answer{unknown: true}
	no := func(code string) answer { return answer{code: code} }
	looks := wish{kind: look, by: consumer}
	open := answer{seen: table{offers: 2, open: 2, by: shop, fen: 50, digest: "fifty", seq: 2}}
	agreed := answer{seen: table{agreed: true, offers: 2, seq: 3}}
	for name, c := range map[string]struct {
		fine bool
		list []porcupine.Operation
	}{
		"one after the other":          {true, []porcupine.Operation{made, op(2, 3, looks, open), op(4, 5, accepted, answer{seq: 3}), op(6, 7, looks, agreed)}},
		"either of two may win":        {true, []porcupine.Operation{made, op(2, 9, taken, no(negotiation.CodeWrongPhase)), op(3, 8, accepted, answer{seq: 3})}},
		"both win":                     {false, []porcupine.Operation{made, op(2, 9, taken, answer{seq: 3}), op(3, 8, accepted, answer{seq: 4})}},
		"both win at one place":        {false, []porcupine.Operation{made, op(2, 9, taken, answer{seq: 3}), op(3, 8, accepted, answer{seq: 3})}},
		"both lose":                    {false, []porcupine.Operation{made, op(2, 9, taken, no(negotiation.CodeWrongPhase)), op(3, 8, accepted, no(negotiation.CodeOfferNotOpen))}},
		"accepted twice":               {false, []porcupine.Operation{made, op(2, 9, accepted, answer{seq: 3}), op(3, 8, accepted, answer{seq: 4})}},
		"acknowledged and lost":        {false, []porcupine.Operation{made, op(2, 3, accepted, answer{seq: 3}), op(4, 5, looks, open)}},
		"an old look":                  {false, []porcupine.Operation{made, op(2, 3, looks, answer{seen: found})}},
		"an old look in time":          {true, []porcupine.Operation{op(0, 3, offered, answer{seq: 2}), op(1, 2, looks, answer{seen: found})}},
		"no answer, took effect late":  {true, []porcupine.Operation{made, op(2, never, accepted, lost), op(3, 4, looks, open), op(5, 6, looks, agreed)}},
		"no answer, never took effect": {true, []porcupine.Operation{made, op(2, never, accepted, lost), op(3, 4, looks, open)}},
		"no answer, took effect twice": {false, []porcupine.Operation{op(0, never, offered, lost), op(1, 2, looks, answer{seen: table{offers: 3, open: 3, by: shop, fen: 50, digest: "fifty", seq: 3}})}},
		"no answer, and undone":        {false, []porcupine.Operation{made, op(2, never, accepted, lost), op(3, 4, looks, agreed), op(5, 6, looks, open)}},
		"before it was asked for":      {false, []porcupine.Operation{made, op(2, 3, looks, agreed), op(4, never, accepted, lost)}},
		"the word of a shop":           {false, []porcupine.Operation{made, op(2, 3, wish{kind: makeOffer, by: shop, fen: 49}, answer{seq: 3})}},
		"terms that were not read":     {false, []porcupine.Operation{made, op(2, 3, wish{kind: accept, by: consumer, offer: 2, digest: "claim"}, answer{seq: 3})}},
	} {
		require.Equal(t, c.fine, porcupine.CheckOperations(model(found), c.list), name)
	}
}
