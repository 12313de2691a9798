package http

import (
	"encoding"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/region"
	"hejie/negotiation/scheme"
	"hejie/negotiation/scorecard"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

func contract(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	return doc
}

// The schema of every command and event says what its Go struct says: same names, same required ones; and filled structs, with all
// fields and with only the required ones, are valid on the wire and come back the same.
func TestCommandsAreTheContracts(t *testing.T) {
	t.Parallel()
	public, _, _ := negotiation.Vocabulary()
	doc := contract(t)
	union(t, doc, "Command", public, nil, func(t *testing.T, v negotiation.Kinded) []byte {
		b, err := json.Marshal(negotiation.AnyCommand{Command: v})
		require.NoError(t, err)
		back, err := negotiation.DecodeCommand(b)
		require.NoError(t, err, "%s", b)
		require.Equal(t, v, back)
		strictly(t, b, func(b []byte) error { _, err := negotiation.DecodeCommand(b); return err })
		return b
	})
}

func TestSchemeCommandsAreTheContracts(t *testing.T) {
	t.Parallel()
	cmds, _ := scheme.Vocabulary()
	union(t, contract(t), "SchemeCommand", cmds, nil, func(t *testing.T, v negotiation.Kinded) []byte {
		b, err := json.Marshal(scheme.AnyCommand{Command: v})
		require.NoError(t, err)
		back, err := scheme.DecodeCommand(b)
		require.NoError(t, err, "%s", b)
		require.Equal(t, v, back)
		strictly(t, b, func(b []byte) error { _, err := scheme.DecodeCommand(b); return err })
		return b
	})
}

func TestEventsAreTheContracts(t *testing.T) {
	t.Parallel()
	_, _, events := negotiation.Vocabulary()
	content := &negotiation.Content{Text: "你好", Reason: "r", Goods: "g", OrderNumber: "1", Items: []string{"", "x"}, FileName: "f.jpg", Reference: "0815"}
	union(t, contract(t), "Event", events, []string{"seq", "at", "by"}, func(t *testing.T, v negotiation.Kinded) []byte {
		e := negotiation.Event{At: time.Date(2026, 11, 22, 1, 30, 0, 123000, time.UTC), By: negotiation.By{Side: negotiation.SideConsumer, ID: "018f4b6e-0000-7000-8000-000000000000"},
			Channel: negotiation.Room, Fact: v, Content: content}
		r, _, err := negotiation.Head{}.Seal("018f4b6e-0000-7000-8000-000000000000", e, make([]byte, 16))
		require.NoError(t, err)
		back, err := r.Event()
		require.NoError(t, err)
		require.Equal(t, e, back)
		return r.Wire()
	})
}

// strictly tries a command's JSON with a field too many, a field twice, and something after it.
func strictly(t *testing.T, b []byte, decode func([]byte) error) {
	t.Helper()
	kind, _, _ := strings.Cut(strings.Trim(string(b), "{}"), ",") // "type":"…"
	require.Equal(t, negotiation.CodeUnknownField, negotiation.CodeOf(decode(append([]byte(`{"nonsense":1,`), b[1:]...))))
	require.Equal(t, negotiation.CodeRepeatedField, negotiation.CodeOf(decode(append([]byte("{"+kind+","), b[1:]...))))
	require.Equal(t, negotiation.CodeMalformed, negotiation.CodeOf(decode(append(slices.Clone(b), '1'))))
}

// union holds the members of a discriminated union to their structs. Head are fields that the wire adds to each.
func union(t *testing.T, doc *openapi3.T, name string, kinds []negotiation.Kinded, head []string, wire func(*testing.T, negotiation.Kinded) []byte) {
	s := doc.Components.Schemas[name].Value
	var want []string
	for _, k := range kinds {
		want = append(want, k.Kind())
	}
	require.ElementsMatch(t, want, keys(s.Discriminator.Mapping))
	require.Len(t, s.OneOf, len(kinds))
	enum := map[string]string{"Command": "CommandType", "Event": "EventType"}[name]
	if enum != "" {
		require.ElementsMatch(t, want, doc.Components.Schemas[enum].Value.Enum)
	}
	for _, k := range kinds {
		ref := s.Discriminator.Mapping[k.Kind()].Ref
		member := doc.Components.Schemas[ref[strings.LastIndex(ref, "/")+1:]].Value
		closed(member)
		t.Run(k.Kind(), func(t *testing.T) { // not parallel: schemas are closed while they are compared
			require.Equal(t, []any{k.Kind()}, member.Properties["type"].Value.Enum)
			all, required := fields(reflect.TypeOf(k))
			extra := []string{}
			if head != nil {
				extra = []string{"content", "erased"}
			}
			fixed := append([]string{"type"}, head...)
			require.ElementsMatch(t, slices.Concat(all, fixed, extra), keys(member.Properties))
			require.ElementsMatch(t, slices.Concat(required, fixed), member.Required)
			for _, full := range []bool{true, false} {
				v := reflect.New(reflect.TypeOf(k)).Elem()
				fillStruct(t, v, member, full)
				b := wire(t, v.Interface().(negotiation.Kinded))
				var j any
				require.NoError(t, json.Unmarshal(b, &j))
				require.NoError(t, s.VisitJSON(j), "%s", b)
			}
		})
	}
}

// Structs of other packages that stand in the contract as they are.
func TestStructsAreTheContracts(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	for name, v := range map[string]any{
		"Case": &negotiation.Case{}, "Rules": negotiation.Rules{}, "Limits": app.Limits{}, "Region": region.Region{}, "StripDay": workday.Day{},
		"BarShare": scorecard.Share{}, "Ratio": scorecard.Ratio{}, "Rank": scorecard.Rank{}, "Speed": scorecard.Speed{}, "Within": scorecard.Within{},
		"Profile": scheme.Profile{}, "FiveOnes": scheme.Conditions{}, "Content": negotiation.Content{}, "By": negotiation.By{},
	} {
		s := doc.Components.Schemas[name].Value
		for _, full := range []bool{true, false} {
			x := reflect.New(reflect.TypeOf(v)).Elem()
			fill(t, x, s, full)
			b, err := json.Marshal(x.Interface())
			require.NoError(t, err)
			var j any
			require.NoError(t, json.Unmarshal(b, &j))
			require.NoError(t, s.VisitJSON(j), "%s: %s", name, b)
		}
	}
}

func keys[V any](m map[string]V) (ks []string) {
	for k := range m {
		ks = append(ks, k)
	}
	return ks
}

func fields(t reflect.Type) (all, required []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		if f.Anonymous {
			a, r := fields(f.Type)
			all, required = append(all, a...), append(required, r...)
			continue
		}
		n, opt, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, n)
		if !strings.Contains(opt, "omitempty") && !strings.Contains(opt, "omitzero") {
			required = append(required, n)
		}
	}
	return all, required
}

// closed makes an unknown property an error.
func closed(s *openapi3.Schema) { s.AdditionalProperties = openapi3.BoolSchema{Has: new(bool)} }

// fill gives v a value that its schema allows: the first of an enum, the example, or something plain.
func fill(t *testing.T, v reflect.Value, s *openapi3.Schema, full bool) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)))
		return
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		require.NoError(t, u.UnmarshalText([]byte(sample(s))))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		all, required := fields(v.Type())
		require.ElementsMatch(t, all, keys(s.Properties), v.Type())
		require.ElementsMatch(t, required, s.Required, v.Type())
		closed(s)
		fillStruct(t, v, s, full)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), s, full)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0), s.Items.Value, full)
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), s.Items.Value, full)
		}
	case reflect.String:
		v.SetString(sample(s))
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	default:
		require.Fail(t, "a kind of field that the contract has no sample for", "%s", v.Type())
	}
}

func fillStruct(t *testing.T, v reflect.Value, s *openapi3.Schema, full bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		if f.Anonymous {
			fillStruct(t, v.Field(i), s, full)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := s.Properties[name]
		require.NotNil(t, p, "%s.%s is not in the contract", v.Type(), name)
		if full || slices.Contains(s.Required, name) {
			fill(t, v.Field(i), p.Value, full)
		}
	}
}

func sample(s *openapi3.Schema) string {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0].(string)
	case s.Example != nil:
		return s.Example.(string)
	}
	return "x"
}

// constants gives the string constants (and the members of lists) of a package by type, and untyped ones by name.
func constants(t *testing.T, dir string) (typed map[string][]string, named map[string]string) {
	t.Helper()
	typed, named = map[string][]string{}, map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, value := range n.Values {
					lit, ok := value.(*ast.BasicLit)
					if !ok || lit.Kind != token.STRING {
						continue
					}
					s, err := strconv.Unquote(lit.Value)
					require.NoError(t, err)
					if id, ok := n.Type.(*ast.Ident); ok {
						typed[id.Name] = append(typed[id.Name], s)
					} else if n.Type == nil {
						named[n.Names[i].Name] = s
					}
				}
			case *ast.CompositeLit:
				list, ok := n.Type.(*ast.ArrayType)
				if !ok || list.Len == nil {
					return true
				}
				for _, e := range n.Elts {
					if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						s, err := strconv.Unquote(lit.Value)
						require.NoError(t, err)
						id := list.Elt.(*ast.Ident).Name
						typed[id] = append(typed[id], s)
					}
				}
			}
			return true
		})
	}
	return typed, named
}

// Every enum that stands for a Go type has its values, no more and no fewer.
func TestEnumsAreTheConstants(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	packages := map[string]string{"negotiation": "../../negotiation", "scheme": "../../negotiation/scheme", "scorecard": "../../negotiation/scorecard", "app": "../app"}
	without := map[string][]string{ // values that never go over the wire there
		"Role": {"system"}, "Side": {""}, "Phase": {""}, "Turn": {"system"}, "StaffRole": {"consumer", "officer", "administrator", "system"},
		"EnterpriseStatus": {""}, "BoardColumn": {""},
	}
	compared := 0
	for name, ref := range doc.Components.Schemas {
		goType, _ := ref.Value.Extensions["x-go-type"].(string)
		pkg, short, ok := strings.Cut(goType, ".")
		if !ok || len(ref.Value.Enum) == 0 || packages[pkg] == "" {
			continue
		}
		typed, _ := constants(t, packages[pkg])
		var want []string
		for _, v := range typed[short] {
			if !slices.Contains(without[name], v) && !slices.Contains(want, v) {
				want = append(want, v)
			}
		}
		require.ElementsMatch(t, want, ref.Value.Enum, name)
		compared++
	}
	require.Greater(t, compared, 20)
}

// Every code of negotiation, app and this package has a text in both languages and stands in the contract.
func TestEveryCodeHasItsTexts(t *testing.T) {
	t.Parallel()
	var want []string
	for _, dir := range []string{"../../negotiation", "../app", "."} {
		_, named := constants(t, dir)
		for name, code := range named {
			if strings.HasPrefix(name, "Code") || dir == "." && strings.HasPrefix(name, "code") {
				want = append(want, code)
			}
		}
	}
	require.ElementsMatch(t, want, keys(texts))
	require.ElementsMatch(t, want, contract(t).Components.Schemas["ProblemCode"].Value.Enum)
	for code, x := range texts {
		require.NotEmpty(t, x.en, code)
		require.NotEmpty(t, x.zh, code)
		require.Equal(t, x.enDetail == "", x.zhDetail == "", code)
		require.ElementsMatch(t, placeholders(x.enDetail), placeholders(x.zhDetail), code)
		require.True(t, x.status >= 400 && x.status < 600, code)
	}
}

func placeholders(s string) (names []string) {
	for _, part := range strings.Split(s, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		names = append(names, name)
	}
	return names
}

// Every operation says who may call it, in the table as in the contract.
func TestEveryOperationHasItsGrant(t *testing.T) {
	t.Parallel()
	doc, table := contract(t), grants()
	var operations []string
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			operations = append(operations, o.OperationID)
			g, ok := table[o.OperationID]
			require.True(t, ok, "%s %s", method, path)
			want := []any{}
			for _, r := range g.roles {
				want = append(want, string(r))
			}
			if len(g.roles) == 0 {
				want = append(want, "public")
			}
			require.ElementsMatch(t, want, o.Extensions["x-roles"], o.OperationID)
			require.Equal(t, len(g.roles) == 0, o.Security != nil && len(*o.Security) == 0, "%s: public operations need no cookie", o.OperationID)
			require.Equal(t, g.demo, slices.Contains(o.Tags, "demo"), o.OperationID)
		}
	}
	require.ElementsMatch(t, operations, keys(table))
}

// gen.go is what the contract gives now.
func TestGeneratedIsFresh(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile("oapi.yaml")
	require.NoError(t, err)
	dir := t.TempDir()
	out := filepath.Join(dir, "gen.go")
	changed := strings.Replace(string(config), "output: gen.go", "output: "+out, 1)
	require.Contains(t, changed, out)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "oapi.yaml"), []byte(changed), 0o600))
	said, err := exec.CommandContext(t.Context(), "go", "tool", "-modfile=../../.ci/tools.mod", "oapi-codegen", "-config", filepath.Join(dir, "oapi.yaml"), "openapi.yaml").CombinedOutput()
	require.NoError(t, err, "%s", said)
	want, err := os.ReadFile(out)
	require.NoError(t, err)
	have, err := os.ReadFile("gen.go")
	require.NoError(t, err)
	require.Equal(t, string(want), string(have), "run go generate ./server/http")
}
