package negotiation

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckRules(t *testing.T) {
	t.Parallel()
	require.NoError(t, DefaultRules().Check())
	for name, c := range map[string]struct {
		change func(*Rules)
		says   []string
	}{
		"no time to settle":              {func(r *Rules) { r.Negotiation = 0 }, []string{"negotiation is 0, which is not between 1 and 60"}},
		"response after the negotiation": {func(r *Rules) { r.FirstResponse = 11 }, []string{"first_response is 11, which is not between 1 and 10"}},
		"longer than art. 15":            {func(r *Rules) { r.ComplaintDecision = 8 }, []string{"complaint_decision is 8, which is not between 1 and 7"}},
		"longer than art. 23(5)":         {func(r *Rules) { r.Mediation = 61 }, []string{"mediation is 61, which is not between 1 and 60"}},
		"no validity":                    {func(r *Rules) { r.ValidMax = 2 }, []string{"enterprise_valid is 3, which is not between 1 and 2"}},
		"two mistakes":                   {func(r *Rules) { r.FilesPerSide, r.MessageLength = -1, 4000 }, []string{"files_per_side is -1", "message_length is 4000, which is not between 1 and 3500"}},
		"no version":                     {func(r *Rules) { r.Version = "" }, []string{`version is ""`}},
	} {
		r := DefaultRules()
		c.change(&r)
		err := r.Check()
		require.Error(t, err, name)
		for _, words := range c.says {
			require.ErrorContains(t, err, words, name)
		}
	}
	whole := reflect.TypeFor[Rules]()
	for i := range whole.NumField() { // none is forgotten
		r := DefaultRules()
		if f := reflect.ValueOf(&r).Elem().Field(i); f.CanInt() {
			f.SetInt(-1)
			require.ErrorContains(t, r.Check(), whole.Field(i).Tag.Get("json")+" is -1")
		}
	}
}
