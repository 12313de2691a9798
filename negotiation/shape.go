package negotiation

import (
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// shape is what JSON a Go type takes and gives.
type shape struct {
	of     reflect.Type
	own    bool    // for encoding/json, by the type's own method if it has one
	fields []field // of a struct, at most 64
	elem   *shape  // of a pointer or slice
}

// field of a struct by its name in JSON; that without a shape is no field of the Go struct.
type field struct {
	name  string
	key   string // the name as it is written before a value
	omit  bool   // when it is empty
	index int
	*shape
}

// shapeOf a type that holds itself nowhere. Fields without a name in their tag are not of the JSON.
func shapeOf(t reflect.Type) *shape {
	s := &shape{of: t}
	unmarshals := func(method reflect.Type) bool { return reflect.PointerTo(t).Implements(method) }
	switch k := t.Kind(); {
	case unmarshals(reflect.TypeFor[json.Unmarshaler]()), unmarshals(reflect.TypeFor[encoding.TextUnmarshaler]()):
		s.own = true
	case k == reflect.Pointer, k == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		s.elem = shapeOf(t.Elem())
	case k == reflect.Struct:
		s.fields = make([]field, 0, t.NumField())
		for f := range t.Fields() {
			if name, omit, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				s.fields = append(s.fields, field{name, `"` + name + `":`, omit != "", f.Index[0], shapeOf(f.Type)})
			}
		}
	case k != reflect.String && k != reflect.Bool && (k < reflect.Int || k > reflect.Int64):
		s.own = true
	}
	return s
}

// field is the index of the field with a name, or -1. It is mostly the one at next, or soon after: fields come in their order.
func (s *shape) field(name []byte, next int) int {
	for i := range s.fields {
		if i = (i + next) % len(s.fields); s.fields[i].name == string(name) {
			return i
		}
	}
	return -1
}

// set fills v with a value that is not of the elements or fields of its shape.
func (s *shape) set(v reflect.Value, raw []byte) error {
	if s.own {
		err := json.Unmarshal(raw, v.Addr().Interface())
		if e, ok := errors.AsType[*Error](err); ok {
			return e
		}
		if err == nil {
			return nil
		}
		return NewError(CodeMalformed, "expected", strings.ToLower(s.of.Name())).Because(err)
	}
	if string(raw) == "null" {
		return nil
	}
	expected := "integer" // 1.5 is a number, too
	switch v.Kind() {
	case reflect.String:
		if expected = "string"; raw[0] == '"' {
			text, ok := unescaped(raw[1 : len(raw)-1])
			if !ok {
				return NewError(CodeMalformed, "expected", "Unicode")
			}
			v.SetString(text)
			return nil
		}
	case reflect.Bool:
		if expected = "boolean"; string(raw) == "true" || string(raw) == "false" {
			v.SetBool(raw[0] == 't')
			return nil
		}
	case reflect.Struct:
		expected = "object"
	case reflect.Slice:
		expected = "array"
	default:
		if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil && !v.OverflowInt(n) && plainInteger(raw) {
			v.SetInt(n)
			return nil
		}
	}
	return NewError(CodeMalformed, "expected", expected)
}

// plainInteger says whether JSON writes an integer so that strconv can read: without a plus, and without a zero before it.
func plainInteger(digits []byte) bool {
	if digits[0] == '-' {
		digits = digits[1:]
	}
	return digits[0] != '+' && (digits[0] != '0' || len(digits) == 1)
}
